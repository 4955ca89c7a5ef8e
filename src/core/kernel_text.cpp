#include "core/kernel_text.h"

#include <algorithm>
#include <compare>

#include <fmt/format.h>

namespace aza {

namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kPrintableLength = 60;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Range {
  int64_t first;
  int64_t last;
  auto operator<=>(const Range&) const = default;
};

std::optional<Range> list_range(std::string_view text) {
  const size_t dash = text.find('-');
  const std::optional<int64_t> first = whole_number(text.substr(0, dash));
  const std::optional<int64_t> last = dash == std::string_view::npos ? first : whole_number(text.substr(dash + 1));
  if (!first || !last || *last < *first || *last > kMaxListId) return std::nullopt;
  return Range{*first, *last};
}

}  // namespace

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> lines(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string_view> found;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (!line.empty()) found.push_back(line);
  }
  return found;
}

std::string_view first_line(std::string_view text) {
  const std::vector<std::string_view> found = lines(text);
  return found.empty() ? std::string_view{} : found.front();
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (line = trim(line); !line.empty(); line = trim(line)) {
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    found.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return found;
}

std::optional<int64_t> whole_number(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  int64_t number = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, c - '0', &number)) {
      const bool all_digits = std::all_of(digits.begin(), digits.end(), is_digit);
      return all_digits ? std::optional(INT64_MAX) : std::nullopt;
    }
  }
  return number;
}

Outcome<int64_t> named_number(std::string_view text, std::string_view name) {
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> parts = words(line);
    if (parts.size() < 2 || !parts[0].starts_with(name)) continue;
    const std::string_view rest = parts[0].substr(name.size());
    if (!rest.empty() && rest != ":") continue;
    const std::optional<int64_t> number = whole_number(parts[1]);
    if (!number) return Outcome<int64_t>::unknown(fmt::format("{} is \"{}\"", name, printable(parts[1])));
    if (parts.size() == 2) return *number;
    return *number > INT64_MAX / 1024 ? INT64_MAX : *number * 1024;
  }
  return Outcome<int64_t>::unknown(fmt::format("it has no {}", name));
}

int64_t named_number_or_zero(std::string_view text, std::string_view name) {
  const Outcome<int64_t> number = named_number(text, name);
  return number ? *number : 0;
}

// Ranges may come in any order and overlap.
Outcome<int> list_count(std::string_view list) {
  std::vector<Range> ranges;
  for (const std::string_view part : split(trim(list), ',')) {
    const std::optional<Range> range = list_range(trim(part));
    if (!range) return Outcome<int>::unknown(fmt::format("\"{}\" is not a list", printable(list)));
    ranges.push_back(*range);
  }
  std::sort(ranges.begin(), ranges.end());
  int64_t count = 0;
  int64_t next = 0;  // the first number that is not yet counted
  for (const Range& range : ranges) {
    count += std::max<int64_t>(0, range.last + 1 - std::max(next, range.first));
    next = std::max(next, range.last + 1);
  }
  return static_cast<int>(count);
}

std::string printable(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (safe.size() >= kPrintableLength) return safe + "...";
    if (c >= ' ' && c <= '~') {
      safe += c;
    } else {
      safe += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    }
  }
  return safe;
}

}  // namespace aza
