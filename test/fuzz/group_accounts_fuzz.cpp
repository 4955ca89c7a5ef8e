// A group's accounts of any bytes: counts are never negative, and what is unknown says why.
#include "core/grant_measure.h"
#include "core/memory_events.h"
#include "fuzz_check.h"

using namespace aza;

// The first line is a usage or v1's count of failures; the rest is memory.stat, memory.events or memory.oom_control.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + 1);
  if (const auto events = parse_memory_events(rest, first)) {
    fuzz::check(events->high >= 0 && events->max >= 0 && events->oom_kills >= 0);
    const MemoryEvents since = events_since(*events, *events);
    fuzz::check(since.high == 0 && since.max == 0 && since.oom_kills == 0);
  } else {
    fuzz::check(!events.because().empty());
  }
  if (const auto use = parse_group_use(first, rest)) {
    const int64_t needed = working_set(*use, int64_t{1} << 29);
    fuzz::check(use->usage >= 0 && needed >= 0 && needed <= use->usage && use->kernel >= 0);
  }
  const auto process = parse_statm(first, 4096);
  fuzz::check(process ? process->anonymous >= 0 && process->data >= 0 : !process.because().empty());
  return 0;
}
