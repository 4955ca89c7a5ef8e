// Text inside quotes, in which only the quote itself is special and is doubled: SQL's literals (with
// standard_conforming_strings) and identifiers, YAML, and, but for the backslash, postgresql.conf.
#pragma once

#include <string>
#include <string_view>

namespace aza {

// The text with every `mark` in it twice.
std::string doubled(std::string_view text, char mark);
std::string quoted(std::string_view text, char quote);

}  // namespace aza
