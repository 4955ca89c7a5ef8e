#include "pg/kernel_events.h"

#include "core/bytes.h"
#include "pg/event_log.h"
#include "pg/governor_shared.h"
#include "pg/pressure_reading.h"

namespace aza {

namespace {

void add_up(const MemoryEvents& since, bool stalled) {
  GovernorCounts& counts = governor->counts;
  counts.oom_kills += since.oom_kills;
  counts.limit_hits += since.max;
  counts.high_hits += since.high;
  if (stalled) counts.stalls++;
}

void tell_of_kills(const EventsAnswer& now, int64 kills) {
  ereport(WARNING,
          (errmsg_plural("the kernel killed " INT64_FORMAT " process of the server's group for lack of memory",
                         "the kernel killed " INT64_FORMAT " processes of the server's group for lack of memory",
                         static_cast<unsigned long>(kills), kills),
           errdetail("%s has counted " INT64_FORMAT " since the group was made; the limit is " INT64_FORMAT "MB.",
                     now.path.c_str(), now.events.oom_kills, memory_ceiling(governor->limit) / kMiB),
           errhint("Give the server more memory, or lower max_connections or aza.max_query_memory; see "
                   "aza_memory_grants() for what queries hold.")));
  write_event("oom kill", now.path.c_str(), psprintf(INT64_FORMAT " kills", now.events.oom_kills - kills),
              psprintf(INT64_FORMAT " kills", now.events.oom_kills));
}

}  // namespace

void follow_kernel_events(bool stalled) {
  static EventsAnswer now;
  static Text<512> path;
  read_events(now);
  // Another limit may count now, and with it another group, which has counts of its own.
  const bool same = path.empty() || strcmp(path.c_str(), now.path.c_str()) == 0;
  path = now.path;
  MemoryEvents since;
  {
    GovernorLock lock;
    SeenEvents& seen = governor->seen_events;
    if (!same) seen.known = false;
    // What was counted before the first look is not this server's.
    if (now.known && seen.known) since = events_since(seen.events, now.events);
    if (now.known) seen = {true, now.events};
    add_up(since, stalled);
  }
  if (since.oom_kills > 0) tell_of_kills(now, since.oom_kills);
}

}  // namespace aza
