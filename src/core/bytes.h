// Sizes: what humans type and what they read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/outcome.h"

namespace aza {

inline constexpr int64_t kKiB = 1024;
inline constexpr int64_t kMiB = 1024 * kKiB;
inline constexpr int64_t kGiB = 1024 * kMiB;
inline constexpr int64_t kTiB = 1024 * kGiB;

// Memory overrides: below the first the server would not start usefully, above the second it is a typing mistake.
inline constexpr int64_t kMinOverrideMib = 128;
inline constexpr int64_t kMaxOverrideMib = kTiB / kMiB;
// The smallest machine that the plan was made for; below it the plan goes on smaller, with a WARNING.
inline constexpr int64_t kSmallMib = 512;

// Whole MiB from a human's memory size: a bare integer is megabytes, or a number with kB, MB, GB or TB (any case, "2
// GB" too). `name` is what the message calls it: POSTGRES_MEMORY, aza.memory, --memory. Bounds kMinOverrideMib to
// kMaxOverrideMib.
std::variant<int64_t, InputError> parse_memory(std::string_view name, std::string_view text);

// Whole CPUs from a human's number, 1 to 4096; "1.5" is rounded up, as a quota is.
std::variant<int, InputError> parse_cpus(std::string_view name, std::string_view text);

// As PostgreSQL prints a size: the largest unit that is exact ("512MB", "1536MB", "2GB", "130kB"); bytes as "17B".
std::string exact_size(int64_t bytes);
// The same in whole MiB, rounded down but at least 1MB: as memory is planned for.
std::string whole_mib_size(int64_t bytes);
// For reading: one decimal where it helps ("1.5 GB", "512 MB").
std::string pretty_size(int64_t bytes);

}  // namespace aza
