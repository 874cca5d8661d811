#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace descent {

// The character at byte `at`, which moves behind it. Nothing, and one byte on, where no well-formed UTF-8 sequence (RFC 3629) starts.
std::optional<char32_t> next_character(std::string_view text, std::size_t& at);

// Whether nobody can see it in a text: control (tab and newline too), bidirectional, zero-width, separator and tag characters.
bool is_invisible(char32_t character);

std::size_t count_characters(std::string_view text);

// The byte at which character `n` starts, at most text.size().
std::size_t byte_of_character(std::string_view text, std::size_t n);

}  // namespace descent
