// The governor's shared memory: one struct, one lock. A crash of a backend makes the server build it anew, so that it
// always begins clean.
#pragma once

#include <sys/resource.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/grant_pool.h"
#include "core/memory_events.h"
#include "pg/backend_api.h"
#include "pg/tuning.h"

namespace aza {

// What one backend holds. Written by its owner under the lock, except the last three (the worker's).
struct GrantSlot {
  int pid;  // 0: the slot is free
  bool client;
  bool waiting;
  bool counted;  // its connection is in `connections`
  int64 query_id;
  int64 least;  // of what it waits for, or was granted last
  int64 need;
  int64 wish;
  int64 granted;       // from the pool, all its queries together
  int64 from_reserve;  // beside the pool
  int64 answer;        // what the one who served the line gave it; 0: it still waits
  bool answer_large;
  TimestampTz since;               // of the wait, or of the first grant
  int64 anonymous;                 // what it and its parallel workers really hold
  int64 kept;                      // of this, what it held when it was seen without a query
  pg_atomic_uint64 cancel_bytes;   // the guard cancels a backend here for holding this much; 0: it does not
  pg_atomic_uint64 cancel_at;      // when; a backend's cancel may come too late for its query
  pg_atomic_uint32 limited_pid;    // the process here whose growth is limited; 0: nobody's is; see growth_guard.h
  pg_atomic_uint64 limited_bytes;  // what it held then
  uint32 limited_round;            // the worker's: when it was limited last
  pg_atomic_uint32 ending;         // its query ends with an error, for which it must have memory
};

inline constexpr int kWaitBuckets = 9;
// Upper bounds in ms of the histogram's buckets; the last one has none.
inline constexpr int64 kWaitBounds[kWaitBuckets - 1] = {1, 10, 100, 1000, 3000, 10000, 30000, 60000};

struct GovernorCounts {
  int64 granted;
  int64 raised;   // with more than the settings allow
  int64 lowered;  // with less
  int64 waited;
  int64 wait_ms;
  int64 wait_histogram[kWaitBuckets];
  int64 from_reserve;
  int64 timed_out;
  int64 refused;              // 53200 after aza.grant_timeout
  int64 cancelled;            // by the pressure guard
  int64 refused_connections;  // 53300
  int64 oom_kills;            // by the kernel, in the server's group
  int64 limit_hits;           // how often the kernel had to reclaim at the limit
  int64 high_hits;            // or to slow down at memory.high
  int64 stalls;               // told by the kernel's pressure trigger
  int64 most_granted;         // high-water marks
  int64 most_waiting;
  int64 most_working_set;
  TimestampTz since;
};

struct Event {
  TimestampTz at;
  Text<32> kind;
  Text<200> cause;
  Text<128> before;
  Text<128> after;
};
inline constexpr int kMostEvents = 100;

// What the worker found at its last look. Bytes.
struct Measured {
  TimestampTz at;  // 0: never
  int64 usage;
  int64 working_set;
  int64 kernel;
  int64 other_anonymous;
  int64 idle_backend;  // the average of what an idle one holds
  int64 connections;   // that were there at the time
  bool group;          // measured on the group, not only summed up over our own processes
  bool pressed;        // above 90 % of the limit
};

// The kernel's counts of the group at the worker's last look.
struct SeenEvents {
  bool known;
  MemoryEvents events;
};

// The limits in force, and who says so. `generation` changes with them; see live_limit.h.
struct LimitNow : Limits {
  uint32 generation;
};

// What there is to deal out of: a human's number or the group's limit, whichever is less. Bytes.
inline int64 memory_ceiling(const Limits& limits) {
  return (limits.group_limit_mib > 0 ? std::min(limits.memory_mib, limits.group_limit_mib) : limits.memory_mib) * kMiB;
}

struct GovernorShared {
  LWLock* lock;
  pg_atomic_uint32 generation;        // that of `limit`, readable without the lock
  pg_atomic_uint32 connections;       // client backends
  pg_atomic_uint32 watcher;           // the worker's number of PGPROC and 1; 0: it does not run
  pg_atomic_uint64 most_connections;  // at once, since the start
  pg_atomic_uint32 connections_that_fit;
  pg_atomic_uint64 stopped_growing;   // statements that ended because they wanted more than their share
  pg_atomic_uint64 session_share;     // bytes; 0: enough is left; see session_guard.h
  pg_atomic_uint64 session_share_at;  // when the worker said so
  pg_atomic_uint64 capacity;          // of the pool, as last computed; for the floor
  LimitNow limit;
  int64 shared_memory;
  struct rlimit data_limit;  // RLIMIT_DATA that the server was started with
  Measured measured;
  SeenEvents seen_events;  // outlives a crash, which may be the very kill that is to be told
  PoolUse use;
  int64 reserve_used;
  GovernorCounts counts;
  int events;  // ever written; the last hundred are kept
  Event event[kMostEvents];
  TimestampTz served_at;  // when somebody in the line was last given memory
  int waiting;
  int slots;
  // Behind it: GrantSlot[slots], then the line: a GrantRequest and a slot's number for each waiter, first come first.
};

// nullptr where the library was not preloaded.
extern GovernorShared* governor;

GrantSlot* grant_slots();
GrantRequest* waiting_line();
int* waiting_slots();

// Own slot of this backend, taken when it is first asked for and given back when the backend ends.
GrantSlot* own_slot();

// The pool as it is now: the lock is held.
PoolRules pool_rules();

// Also gives the lock's tranche a name. Only while preload libraries are loaded.
void request_governor_memory();

class GovernorLock {
public:
  GovernorLock() { LWLockAcquire(governor->lock, LW_EXCLUSIVE); }
  // An error releases the lock by itself, and no destructor runs then.
  ~GovernorLock() { LWLockRelease(governor->lock); }
  GovernorLock(const GovernorLock&) = delete;
  GovernorLock& operator=(const GovernorLock&) = delete;
};

}  // namespace aza
