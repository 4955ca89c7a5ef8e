// How often the kernel had to act on a group whose memory ran short: v2's memory.events, or v1's memory.oom_control
// with memory.failcnt.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/detection.h"
#include "core/outcome.h"
#include "core/reader.h"

namespace aza {

// Since the group was made. What a kernel does not count stays 0.
struct MemoryEvents {
  int64_t high = 0;       // memory.high was reached, and processes were slowed down
  int64_t max = 0;        // the limit was reached, and memory had to be reclaimed
  int64_t oom_kills = 0;  // processes of the group that the kernel killed
};

// `events` as the kernel writes it; `failures` is v1's count of how often the limit was reached, empty in v2. Unknown
// where kills are not counted, as before Linux 4.13.
Outcome<MemoryEvents> parse_memory_events(std::string_view events, std::string_view failures);
Outcome<MemoryEvents> read_memory_events(const SystemReader& reader, const GroupPaths& group);

// What has happened in between; never negative, also where the group was made anew.
MemoryEvents events_since(const MemoryEvents& before, const MemoryEvents& now);

}  // namespace aza
