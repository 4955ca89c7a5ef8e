// aza_memory_grants(), aza_governor_stats(), aza_governor_stats_reset(), aza_events().
#include <algorithm>

#include "core/bytes.h"
#include "pg/governor_shared.h"
#include "pg/result_rows.h"

extern "C" {
PG_FUNCTION_INFO_V1(aza_memory_grants);
PG_FUNCTION_INFO_V1(aza_governor_stats);
PG_FUNCTION_INFO_V1(aza_governor_stats_reset);
PG_FUNCTION_INFO_V1(aza_events);
}

namespace aza {

namespace {

// Copies below the lock, since building rows allocates and may fail.
GrantSlot* copy_slots() {
  const Size bytes = governor->slots * sizeof(GrantSlot);
  auto* copy = static_cast<GrantSlot*>(palloc(bytes));
  GovernorLock lock;
  memcpy(static_cast<void*>(copy), grant_slots(), bytes);
  return copy;
}

void put_slot(FunctionCallInfo fcinfo, const GrantSlot& slot) {
  if (slot.pid == 0 || (slot.granted == 0 && slot.from_reserve == 0 && !slot.waiting)) return;
  Row<9> row;
  row.bigint(slot.pid).bigint(slot.query_id).text(slot.waiting ? "waiting" : "granted");
  row.bigint(slot.least / kKiB).bigint(slot.need / kKiB).bigint(slot.wish / kKiB);
  row.bigint((slot.granted + slot.from_reserve) / kKiB).bigint(slot.anonymous / kKiB).timestamp(slot.since);
  row.put(fcinfo);
}

void put_count(FunctionCallInfo fcinfo, const char* name, int64 value) {
  Row<2>().text(name).bigint(value).put(fcinfo);
}

char* bucket_name(int bucket) {
  if (bucket == kWaitBuckets - 1) return psprintf("waits of " INT64_FORMAT " ms and more", kWaitBounds[bucket - 1]);
  return psprintf("waits below " INT64_FORMAT " ms", kWaitBounds[bucket]);
}

void put_counts(FunctionCallInfo fcinfo, const GovernorCounts& counts) {
  const struct {
    const char* name;
    int64 value;
  } rows[] = {{"granted", counts.granted},
              {"raised above the settings", counts.raised},
              {"lowered below the settings", counts.lowered},
              {"from the reserve", counts.from_reserve},
              {"waited", counts.waited},
              {"waited ms", counts.wait_ms},
              {"timed out", counts.timed_out},
              {"refused", counts.refused},
              {"canceled under pressure", counts.cancelled},
              {"refused connections", counts.refused_connections},
              {"kernel: processes killed", counts.oom_kills},
              {"kernel: limit reached", counts.limit_hits},
              {"kernel: memory.high reached", counts.high_hits},
              {"kernel: stalls told", counts.stalls},
              {"most granted at once, bytes", counts.most_granted},
              {"most waiting at once", counts.most_waiting},
              {"most memory in use, bytes", counts.most_working_set}};
  for (const auto& row : rows) put_count(fcinfo, row.name, row.value);
  for (int i = 0; i < kWaitBuckets; i++) put_count(fcinfo, bucket_name(i), counts.wait_histogram[i]);
}

void put_use(FunctionCallInfo fcinfo, const PoolUse& use, int64 reserve, int waiting) {
  put_count(fcinfo, "granted now, bytes", use.granted);
  put_count(fcinfo, "large grants now", use.large);
  put_count(fcinfo, "from the reserve now, bytes", reserve);
  put_count(fcinfo, "waiting now", waiting);
  put_count(fcinfo, "stopped growing", static_cast<int64>(pg_atomic_read_u64(&governor->stopped_growing)));
}

void put_event(FunctionCallInfo fcinfo, const Event& event) {
  Row<5>()
      .timestamp(event.at)
      .text(event.kind.c_str())
      .text(event.cause.c_str())
      .text_or_null(event.before.c_str())
      .text_or_null(event.after.c_str())
      .put(fcinfo);
}

}  // namespace

}  // namespace aza

Datum aza_memory_grants(PG_FUNCTION_ARGS) {
  aza::require_monitor("aza_memory_grants");
  InitMaterializedSRF(fcinfo, 0);
  const aza::GrantSlot* slots = aza::copy_slots();
  for (int i = 0; i < aza::governor->slots; i++) aza::put_slot(fcinfo, slots[i]);
  return static_cast<Datum>(0);
}

Datum aza_governor_stats(PG_FUNCTION_ARGS) {
  aza::require_monitor("aza_governor_stats");
  InitMaterializedSRF(fcinfo, 0);
  aza::GovernorCounts counts;
  aza::PoolUse use;
  int64 reserve = 0;
  int waiting = 0;
  {
    aza::GovernorLock lock;
    counts = aza::governor->counts;
    use = aza::governor->use;
    reserve = aza::governor->reserve_used;
    waiting = aza::governor->waiting;
  }
  aza::put_counts(fcinfo, counts);
  aza::put_use(fcinfo, use, reserve, waiting);
  return static_cast<Datum>(0);
}

Datum aza_governor_stats_reset([[maybe_unused]] PG_FUNCTION_ARGS) {
  aza::require_monitor("aza_governor_stats_reset");
  aza::GovernorLock lock;
  aza::governor->counts = {};
  pg_atomic_write_u64(&aza::governor->stopped_growing, 0);
  aza::governor->counts.since = GetCurrentTimestamp();
  aza::governor->counts.most_granted = aza::governor->use.granted;
  aza::governor->counts.most_waiting = aza::governor->waiting;
  PG_RETURN_VOID();
}

Datum aza_events(PG_FUNCTION_ARGS) {
  aza::require_monitor("aza_events");
  InitMaterializedSRF(fcinfo, 0);
  auto* events = static_cast<aza::Event*>(palloc(sizeof aza::governor->event));
  int written = 0;
  {
    aza::GovernorLock lock;
    memcpy(static_cast<void*>(events), aza::governor->event, sizeof aza::governor->event);
    written = aza::governor->events;
  }
  for (int i = std::max(0, written - aza::kMostEvents); i < written; i++)
    aza::put_event(fcinfo, events[i % aza::kMostEvents]);
  return static_cast<Datum>(0);
}
