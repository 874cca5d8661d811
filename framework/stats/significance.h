#pragma once
#include <vector>

namespace descent::stats {

struct PairedTest {
  double p;       // two-sided, exact
  double effect;  // -1: a is lower in every pair, 1: b is; the matched-pairs rank-biserial correlation (Kerby 2014)
};

// Is a lower than b, or b than a, over the same seeds? Were they equal, the sign of each difference would be a coin's: p is the share of
// all 2ⁿ assignments of signs whose statistic lies at least as far from 0. The statistic is the sum of signed ranks of the differences
// (Wilcoxon 1945) and not their mean, which one diverged run would make infinite and one bad run would decide: here a miss is the largest
// difference, two misses are equal. Pairs without difference are dropped, equal differences share their mean rank.
PairedTest signed_rank_test(const std::vector<double>& a, const std::vector<double>& b);

// The p-values of several tests, raised so that all rejections at a level together are wrong at most that often (Holm 1979).
std::vector<double> holm(const std::vector<double>& p);

}  // namespace descent::stats
