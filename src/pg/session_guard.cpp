#include "pg/session_guard.h"

#include <malloc.h>

#include "core/bytes.h"
#include "core/growth_limit.h"
#include "pg/governor_settings.h"
#include "pg/pressure_cancel.h"
#include "pg/pressure_reading.h"

namespace aza {

namespace {

// A worker that hangs holds nobody back.
constexpr int kValidMs = 1000;

// 0 where enough is left.
int64 share_now() {
  const auto share = static_cast<int64>(pg_atomic_read_u64(&governor->session_share));
  if (share == 0) return 0;
  const auto at = static_cast<TimestampTz>(pg_atomic_read_u64(&governor->session_share_at));
  return TimestampDifferenceExceeds(at, GetCurrentTimestamp(), kValidMs) ? 0 : share;
}

// 0 where it cannot be read.
int64 own_memory() {
  ProcessMemory own;
  read_own_memory(own);
  return own.anonymous;
}

[[noreturn]] void refuse_to_plan(int64 held, int64 share) {
  pg_atomic_fetch_add_u64(&governor->stopped_growing, 1);
  ereport(
      ERROR,
      (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("canceling statement because the server is about to run out of memory"),
       errdetail("The session holds " INT64_FORMAT " kB of memory, more than its share of " INT64_FORMAT
                 " kB with %u connections; more than 95 %% of the limit of " INT64_FORMAT "MB are in use.",
                 held / kKiB, share / kKiB, pg_atomic_read_u32(&governor->connections),
                 memory_ceiling(governor->limit) / kMiB),
       errhint("Free what the session keeps with DEALLOCATE ALL or DISCARD ALL, put PgBouncer in front of the server, "
               "or give the server more memory.")));
}

}  // namespace

void guard_against_sessions(const Usage& usage) {
  int64 share = 0;
  if (guards_may_cancel() && usage.percent >= kCriticalPercent) {
    const Measured& measured = governor->measured;
    const int64 taken = governor->shared_memory + measured.kernel;
    share = session_share({usage.limit, taken, static_cast<int>(measured.connections)});
  }
  pg_atomic_write_u64(&governor->session_share_at, static_cast<uint64>(GetCurrentTimestamp()));
  pg_atomic_write_u64(&governor->session_share, static_cast<uint64>(share));
}

// A query that runs already may go on planning: it is the pressure guard's. Memory that an earlier one gave back to the
// allocator is the kernel's again before it counts.
[[gnu::hot]] void check_session_share() {
  if (governor == nullptr || MyBackendType != B_BACKEND) return;
  const int64 share = share_now();
  if (share == 0 || inside_a_query() || own_memory() <= share) return;
  malloc_trim(0);
  const int64 held = own_memory();
  if (held > share) refuse_to_plan(held, share);
}

}  // namespace aza
