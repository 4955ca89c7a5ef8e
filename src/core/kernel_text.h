// Text as the kernel writes it below /proc and /sys, read without trust: any byte may be there, a line may end with
// CRLF, a file may begin with a byte order mark. The views point into the text that was given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/outcome.h"

namespace aza {

// Without blanks and line ends on both sides.
std::string_view trim(std::string_view text);
// The lines that hold anything, trimmed, without a byte order mark.
std::vector<std::string_view> lines(std::string_view text);
// The first of them, or empty.
std::string_view first_line(std::string_view text);
// Split at every separator; two separators in a row give an empty field.
std::vector<std::string_view> split(std::string_view text, char separator);
// Split at blanks; never an empty field.
std::vector<std::string_view> words(std::string_view line);

// A number of digits only; one that is too large for 63 bits becomes INT64_MAX.
std::optional<int64_t> whole_number(std::string_view digits);

// "name value" or "name: value kB", as in meminfo and memory.stat; kB becomes bytes.
Outcome<int64_t> named_number(std::string_view text, std::string_view name);
// 0 where it is not there, as on kernels that do not count it.
int64_t named_number_or_zero(std::string_view text, std::string_view name);

// How many CPUs or nodes a list such as "0-3,8" names, each counted once. Ids go up to kMaxListId.
inline constexpr int64_t kMaxListId = 65535;
Outcome<int> list_count(std::string_view list);

// For a message: control and foreign bytes as \xNN, no longer than 60 characters.
std::string printable(std::string_view text);

}  // namespace aza
