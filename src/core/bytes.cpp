#include "core/bytes.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "core/kernel_text.h"

namespace aza {

namespace {

struct Unit {
  std::string_view name;
  int64_t bytes;
};
constexpr std::array<Unit, 4> kUnits = {{{"TB", kTiB}, {"GB", kGiB}, {"MB", kMiB}, {"kB", kKiB}}};

constexpr int64_t kMaxCpus = 4096;
constexpr size_t kFractionDigits = 6;
constexpr int64_t kFractionScale = 1'000'000;

// "1.5 GB" in parts: 1, 500000 millionths, "GB".
struct Quantity {
  int64_t whole = 0;
  int64_t millionths = 0;
  bool has_fraction = false;
  std::string_view unit;
};

// Digits behind the point, as millionths.
std::optional<int64_t> millionths_of(std::string_view digits) {
  if (digits.size() > kFractionDigits) return std::nullopt;
  std::string padded(digits);
  padded.resize(kFractionDigits, '0');
  return digits.empty() ? std::nullopt : whole_number(padded);
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  Quantity quantity;
  const size_t end = std::min(text.find_first_not_of(kDigits), text.size());
  const std::optional<int64_t> whole = whole_number(text.substr(0, end));
  if (!whole) return std::nullopt;
  quantity.whole = *whole;
  text.remove_prefix(end);
  if (text.starts_with('.')) {
    const size_t fraction_end = std::min(text.find_first_not_of(kDigits, 1), text.size());
    const std::optional<int64_t> millionths = millionths_of(text.substr(1, fraction_end - 1));
    if (!millionths) return std::nullopt;
    quantity.has_fraction = true;
    quantity.millionths = *millionths;
    text.remove_prefix(fraction_end);
  }
  quantity.unit = trim(text);
  return quantity;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_negative(std::string_view text) {
  return text.size() > 1 && text[0] == '-' && parse_quantity(text.substr(1));
}

// Bytes in one unit of the quantity; 0 where there is no such unit.
int64_t unit_bytes(const Quantity& quantity) {
  if (quantity.unit.empty()) return kMiB;
  for (const Unit& unit : kUnits) {
    if (same_word(unit.name, quantity.unit)) return unit.bytes;
  }
  return 0;
}

Outcome<int64_t> bytes_of(const Quantity& quantity, int64_t unit) {
  int64_t bytes = 0;
  const int64_t fraction = unit / kKiB * quantity.millionths / kFractionScale * kKiB;
  if (__builtin_mul_overflow(quantity.whole, unit, &bytes) || __builtin_add_overflow(bytes, fraction, &bytes)) {
    return Outcome<int64_t>::unknown("The number is too large.");
  }
  return bytes;
}

Outcome<int64_t> within_memory_bounds(int64_t bytes) {
  const auto refused = [](std::string why) { return Outcome<int64_t>::unknown(std::move(why)); };
  if (bytes == 0) return refused("The size must be more than zero.");
  if (bytes < kMinOverrideMib * kMiB) {
    return refused(fmt::format("{} is less than {}, the least that a server starts with.", exact_size(bytes),
                               exact_size(kMinOverrideMib * kMiB)));
  }
  if (bytes > kMaxOverrideMib * kMiB) {
    return refused(fmt::format("{} is more than {}, the most that can be planned for.", exact_size(bytes),
                               exact_size(kMaxOverrideMib * kMiB)));
  }
  return bytes / kMiB;
}

// MiB, or the errdetail.
Outcome<int64_t> memory_of(std::string_view text) {
  const auto refused = [](std::string why) { return Outcome<int64_t>::unknown(std::move(why)); };
  if (text.empty()) return refused("The value is empty.");
  if (is_negative(text)) return refused("The size must not be negative.");
  const std::optional<Quantity> quantity = parse_quantity(text);
  if (!quantity) return refused("The value does not begin with a number.");
  const int64_t unit = unit_bytes(*quantity);
  if (unit == 0) {
    return refused(fmt::format("\"{}\" is not a unit: kB, MB, GB and TB are.", printable(quantity->unit)));
  }
  if (quantity->unit.empty() && quantity->has_fraction) return refused("A number without a unit is whole megabytes.");
  const Outcome<int64_t> bytes = bytes_of(*quantity, unit);
  return bytes ? within_memory_bounds(*bytes) : bytes;
}

// CPUs, or the errdetail.
Outcome<int> cpus_of(std::string_view text) {
  const auto refused = [](std::string why) { return Outcome<int>::unknown(std::move(why)); };
  if (text.empty()) return refused("The value is empty.");
  if (is_negative(text)) return refused("The number of CPUs must not be negative.");
  const std::optional<Quantity> quantity = parse_quantity(text);
  if (!quantity || !quantity->unit.empty()) return refused("The value is not a number.");
  if (quantity->whole == INT64_MAX) return refused("The number is too large.");
  const int64_t cpus = quantity->whole + (quantity->millionths > 0 ? 1 : 0);
  if (cpus == 0) return refused("The number of CPUs must be more than zero.");
  if (cpus > kMaxCpus) return refused(fmt::format("{} is more than {} CPUs.", printable(text), kMaxCpus));
  return static_cast<int>(cpus);
}

// How a human writes it where it comes from: NAME=value, setting = value, --option value.
std::string assignment(std::string_view name, std::string_view value) {
  if (name.starts_with("--")) return fmt::format("{} {}", name, value);
  if (name.find('.') != std::string_view::npos) return fmt::format("{} = {}", name, value);
  return fmt::format("{}={}", name, value);
}

std::string invalid_value(std::string_view name, std::string_view text) {
  return fmt::format("invalid value for {}: \"{}\"", name, printable(text));
}

}  // namespace

std::variant<int64_t, InputError> parse_memory(std::string_view name, std::string_view text) {
  const Outcome<int64_t> mib = memory_of(trim(text));
  if (mib) return *mib;
  return InputError{invalid_value(name, text), mib.because(),
                    fmt::format("Use a number of megabytes, such as {}, or a size with unit, such as 2GB.",
                                assignment(name, "2048"))};
}

std::variant<int, InputError> parse_cpus(std::string_view name, std::string_view text) {
  const Outcome<int> cpus = cpus_of(trim(text));
  if (cpus) return *cpus;
  return InputError{invalid_value(name, text), cpus.because(),
                    fmt::format("Use a number of CPUs from 1 to {}, such as {}; a fraction is rounded up.", kMaxCpus,
                                assignment(name, "2"))};
}

std::string exact_size(int64_t bytes) {
  if (bytes == 0) return "0";
  for (const Unit& unit : kUnits) {
    if (bytes % unit.bytes == 0) return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  }
  return fmt::format("{}B", bytes);
}

std::string whole_mib_size(int64_t bytes) {
  return exact_size(std::max(bytes / kMiB, int64_t{1}) * kMiB);
}

std::string pretty_size(int64_t bytes) {
  constexpr int64_t kTenthsBelow = 100;  // "1.5 GB" helps, "512.3 MB" does not
  const std::string_view sign = bytes < 0 ? "-" : "";
  const auto magnitude = bytes < 0 ? -static_cast<uint64_t>(bytes) : static_cast<uint64_t>(bytes);
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<uint64_t>(unit.bytes);
    const uint64_t whole = magnitude / size;
    const uint64_t tenths = magnitude % size * 10 / size;
    if (whole == 0) continue;
    if (whole < kTenthsBelow && tenths != 0) return fmt::format("{}{}.{} {}", sign, whole, tenths, unit.name);
    return fmt::format("{}{} {}", sign, whole, unit.name);
  }
  return fmt::format("{}{} B", sign, magnitude);
}

}  // namespace aza
