#include "core/memory_events.h"

#include <algorithm>
#include <string>

#include "core/kernel_text.h"

namespace aza {

Outcome<MemoryEvents> parse_memory_events(std::string_view events, std::string_view failures) {
  const Outcome<int64_t> kills = named_number(events, "oom_kill");
  if (!kills) return Outcome<MemoryEvents>::unknown(kills.because());
  MemoryEvents counted;
  counted.oom_kills = *kills;
  counted.high = named_number_or_zero(events, "high");
  counted.max = whole_number(first_line(failures)).value_or(named_number_or_zero(events, "max"));
  return counted;
}

Outcome<MemoryEvents> read_memory_events(const SystemReader& reader, const GroupPaths& group) {
  const Outcome<std::string> events = reader.read(group.events);
  if (!events) return Outcome<MemoryEvents>::unknown(events.because());
  const Outcome<std::string> failures = reader.read(group.failures);
  return parse_memory_events(*events, failures ? *failures : "");
}

MemoryEvents events_since(const MemoryEvents& before, const MemoryEvents& now) {
  return {std::max<int64_t>(0, now.high - before.high), std::max<int64_t>(0, now.max - before.max),
          std::max<int64_t>(0, now.oom_kills - before.oom_kills)};
}

}  // namespace aza
