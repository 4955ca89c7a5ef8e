// Reads again what may have changed since a detection: a few small files, cheap enough for a background worker's round.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/detection.h"
#include "core/reader.h"

namespace aza {

struct LimitReading {
  std::optional<int64_t> memory_bytes;  // the tightest limit, at most the machine's memory; nullopt: no limit is left
  std::string memory_path;              // the file that it was read from, empty where the machine's memory is less
  std::optional<int> cpus;              // at least 1; nullopt where nothing could be read
};

// Overrides are not heeded: the caller knows whether a human chose.
LimitReading read_limits_again(const SystemReader& reader, const Detection& before);

}  // namespace aza
