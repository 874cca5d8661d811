#pragma once
#include <cstddef>
#include <vector>

namespace descent::stats {

using Table = std::vector<std::vector<double>>;            // a row for each optimizer, a column for each seed or problem
void check_table(const char* caller, const Table& table);  // throws unless it has rows, of one length that is not 0

// The indices of values, none NaN, in ascending order; those of equal ones in their order.
std::vector<std::size_t> argsort(const std::vector<double>& values);

// The rank of each cost, from 1; equal ones share the mean of their ranks.
std::vector<double> average_ranks(std::vector<double> values);

// The mean over the columns of each row's rank in the column.
std::vector<double> mean_ranks(const Table& costs);

}  // namespace descent::stats
