// Reads again what may have changed since a detection: a few small files, cheap enough for a background worker's round.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/detection.h"
#include "core/reader.h"

namespace aza {

// What memory and CPUs follow from, to be compared: where it differs from what it was, a new detection is worth while.
struct LimitReading {
  std::optional<int64_t> limit_bytes;    // the tightest limit of a group; nullopt: there is none
  std::string limit_path;                // the file that it was read from
  std::optional<int64_t> machine_bytes;  // MemTotal, which grows when memory is plugged in
  std::optional<int> cpus;               // at least 1; nullopt where nothing could be read
  int unknown_files = 0;                 // that are there, and cannot be read or understood

  bool operator==(const LimitReading&) const = default;
};
LimitReading read_limits_again(const SystemReader& reader, const Detection& before);

// Whether a new detection would find other limits. Not where a file can no longer be read: that is no reason to plan
// anew.
bool limits_changed(const LimitReading& before, const LimitReading& now);

}  // namespace aza
