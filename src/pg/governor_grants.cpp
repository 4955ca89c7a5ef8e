#include "pg/governor_grants.h"

#include <malloc.h>

#include "core/bytes.h"
#include "pg/governor_lock_waiters.h"
#include "pg/governor_settings.h"
#include "pg/pressure_cancel.h"

namespace aza {

int held_grants;

namespace {

constexpr long kLookMs = 100;  // between two looks whether others wait for a lock of ours

HeldGrant* held;
int held_room;
bool in_line;
uint32 wait_event;

HeldGrant* new_held() {
  if (held == nullptr) {
    held_room = 8;
    held = static_cast<HeldGrant*>(MemoryContextAlloc(TopMemoryContext, held_room * sizeof(HeldGrant)));
  } else if (held_grants == held_room) {
    held = static_cast<HeldGrant*>(repalloc(held, 2 * held_room * sizeof(HeldGrant)));
    held_room *= 2;
  }
  return &held[held_grants];
}

void raise_mark(int64& mark, int64 value) {
  if (value > mark) mark = value;
}

// The lock is held.
void enter_grant(GrantSlot* slot, int64 bytes, bool large) {
  take(governor->use, bytes, large);
  slot->granted += bytes;
  raise_mark(governor->counts.most_granted, governor->use.granted);
}

void count_grant(const GrantRequest& request, int64 bytes) {
  GovernorCounts& counts = governor->counts;
  counts.granted++;
  if (bytes > request.need) counts.raised++;
  if (bytes < request.need) counts.lowered++;
}

// The lock is held.
void leave_line(int own) {
  int* slots = waiting_slots();
  GrantRequest* line = waiting_line();
  for (int i = 0; i < governor->waiting; i++) {
    if (slots[i] != own) continue;
    const int behind = governor->waiting - i - 1;
    memmove(&slots[i], &slots[i + 1], behind * sizeof(int));
    memmove(&line[i], &line[i + 1], behind * sizeof(GrantRequest));
    governor->waiting--;
    return;
  }
}

// The lock is held.
void join_line(GrantSlot* slot, const GrantRequest& request) {
  waiting_slots()[governor->waiting] = MyProcNumber;
  waiting_line()[governor->waiting] = request;
  governor->waiting++;
  slot->waiting = true;
  slot->answer = 0;
  raise_mark(governor->counts.most_waiting, governor->waiting);
}

void hand_over(const NextGrant& next, const PoolRules& rules) {
  const int number = waiting_slots()[next.index];
  GrantSlot* slot = &grant_slots()[number];
  const GrantRequest request = waiting_line()[next.index];
  leave_line(number);
  slot->answer = next.bytes;
  slot->answer_large = is_large(request, rules.capacity);
  enter_grant(slot, next.bytes, slot->answer_large);
  slot->waiting = false;
  SetLatch(&GetPGProcByNumber(number)->procLatch);
}

struct Answer {
  int64 bytes;
  int64 from_reserve;
  bool large;
};

// The lock is held. Whether the query may start now.
bool try_at_once(GrantSlot* slot, const GrantRequest& request, bool may_wait, Answer& answer) {
  const PoolRules rules = pool_rules();
  pg_atomic_write_u64(&governor->capacity, static_cast<uint64>(rules.capacity));
  answer.large = is_large(request, rules.capacity);
  answer.bytes = grant_for(rules, governor->use, request, governor->waiting == 0, governor->waiting > 0);
  if (answer.bytes == 0 && !may_wait) {
    const ImmediateGrant grant = grant_at_once(rules, governor->use, request);
    answer.bytes = grant.from_pool;
    answer.from_reserve = grant.from_reserve;
  }
  if (answer.bytes == 0 && answer.from_reserve == 0) return false;
  if (answer.bytes > 0) enter_grant(slot, answer.bytes, answer.large);
  return true;
}

GrantRequest least_of(const GrantRequest& request) {
  return {request.least, request.least, request.least, request.least};
}

// The lock is held.
void enter_reserve(GrantSlot* slot, int64 bytes) {
  governor->reserve_used += bytes;
  governor->counts.from_reserve++;
  slot->from_reserve += bytes;
}

void count_wait(TimestampTz since) {
  const int64 ms = (GetCurrentTimestamp() - since) / 1000;
  GovernorCounts& counts = governor->counts;
  int bucket = 0;
  while (bucket < kWaitBuckets - 1 && ms >= kWaitBounds[bucket]) bucket++;
  counts.waited++;
  counts.wait_ms += ms;
  counts.wait_histogram[bucket]++;
}

// Out of the line, with what it got or without. The lock is held.
void end_wait(GrantSlot* slot) {
  count_wait(slot->since);
  leave_line(MyProcNumber);
  slot->waiting = false;
  in_line = false;
}

// The lock is held.
bool take_answer(GrantSlot* slot, Answer& answer) {
  answer.bytes = slot->answer;
  if (slot->answer > 0) answer.large = slot->answer_large;
  return slot->answer > 0;
}

// Locks of ours that others wait for could be just what lets the others go on: so the minimum, at once.
void take_minimum(GrantSlot* slot, const GrantRequest& request, Answer& answer) {
  GovernorLock lock;
  end_wait(slot);
  if (take_answer(slot, answer)) return;
  const ImmediateGrant grant = grant_at_once(pool_rules(), governor->use, least_of(request));
  answer.bytes = grant.from_pool;
  answer.from_reserve = grant.from_reserve;
  if (answer.bytes > 0) enter_grant(slot, answer.bytes, answer.large);
  if (answer.from_reserve > 0) enter_reserve(slot, answer.from_reserve);
  serve_line();
}

[[noreturn]] void refuse(const GrantRequest& request, int64 capacity) {
  ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("no memory became free for the query in time"),
                  errdetail("It waited longer than aza.grant_timeout (%d ms) for " INT64_FORMAT
                            " kB of the " INT64_FORMAT " kB that there are for queries.",
                            grant_timeout_ms, request.least / kKiB, capacity / kKiB),
                  errhint("Raise aza.grant_timeout, run fewer queries at once, or give the server more memory.")));
  pg_unreachable();
}

long ms_left(TimestampTz since) {
  if (grant_timeout_ms == 0) return kLookMs;
  const int64 passed = (GetCurrentTimestamp() - since) / 1000;
  return static_cast<long>(grant_timeout_ms - passed);
}

// Its minimum, of what the pool has or else of the reserve; not more than is really there, since all those that have
// waited too long, started at once, would break the limit. The lock is held.
bool take_late(GrantSlot* slot, const GrantRequest& request, Answer& answer) {
  const PoolRules rules = pool_rules();
  const ImmediateGrant grant = grant_at_once(rules, governor->use, least_of(request));
  if (grant.from_reserve > late_reserve(governor->limit.memory_mib * kMiB) - governor->reserve_used) return false;
  answer.bytes = grant.from_pool;
  answer.from_reserve = grant.from_reserve;
  if (answer.bytes > 0) enter_grant(slot, answer.bytes, answer.large);
  if (answer.from_reserve > 0) enter_reserve(slot, answer.from_reserve);
  return true;
}

// After aza.grant_timeout. Whether it may run now; where it may never, an error.
bool time_out(GrantSlot* slot, const GrantRequest& request, Answer& answer) {
  const bool runs = grant_timeout_action == static_cast<int>(TimeoutAction::run);
  const bool given_up = !runs || ms_left(slot->since) <= -static_cast<long>(grant_timeout_ms);
  int64 capacity = 0;
  {
    GovernorLock lock;
    const bool started = take_answer(slot, answer) || (runs && take_late(slot, request, answer));
    if (!started && !given_up) return false;
    end_wait(slot);
    governor->counts.timed_out++;
    if (!started) governor->counts.refused++;
    serve_line();
    if (started) return true;
    capacity = pool_rules().capacity;
  }
  refuse(request, capacity);
}

bool got_answer(GrantSlot* slot, Answer& answer) {
  GovernorLock lock;
  if (!take_answer(slot, answer)) return false;
  end_wait(slot);
  return true;
}

void sleep_in_line(long ms) {
  if (wait_event == 0) wait_event = WaitEventExtensionNew("AzaMemoryGrant");
  WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms > 0 && ms < kLookMs ? ms : kLookMs,
            wait_event);
  ResetLatch(MyLatch);
  CHECK_FOR_INTERRUPTS();
}

void wait_for_answer(GrantSlot* slot, const GrantRequest& request, Answer& answer) {
  for (;;) {
    if (got_answer(slot, answer)) return;
    const long left = ms_left(slot->since);
    if (left <= 0 && time_out(slot, request, answer)) return;
    if (others_wait_for_our_locks()) return take_minimum(slot, request, answer);
    sleep_in_line(left);
  }
}

// What a backend leaves behind when it is interrupted in the line: its place, or a grant handed over just then.
void abandon_line() {
  if (!in_line) return;
  in_line = false;
  GrantSlot* slot = own_slot();
  GovernorLock lock;
  count_wait(slot->since);
  leave_line(MyProcNumber);
  slot->waiting = false;
  if (slot->answer > 0) {
    slot->granted -= slot->answer;
    give_back(governor->use, slot->answer, slot->answer_large);
  }
  serve_line();
}

void release_at(int i) {
  const HeldGrant gone = held[i];
  held[i] = held[--held_grants];
  GrantSlot* slot = own_slot();
  GovernorLock lock;
  if (gone.bytes > 0) give_back(governor->use, gone.bytes, gone.large);
  slot->granted -= gone.bytes;
  slot->from_reserve -= gone.from_reserve;
  governor->reserve_used -= gone.from_reserve;
  serve_line();
}

void restore_setting(const HeldGrant& grant) {
  if (grant.saved_setting_kb > 0 && maintenance_work_mem == grant.work_mem_kb)
    maintenance_work_mem = grant.saved_setting_kb;
}

template <class Ends>
void release_where(Ends ends) {
  for (int i = held_grants - 1; i >= 0; i--) {
    if (!ends(held[i])) continue;
    restore_setting(held[i]);
    release_at(i);
  }
}

void at_transaction(XactEvent event, void*) {
  if (event == XACT_EVENT_ABORT) {
    abandon_line();
    release_where([](const HeldGrant&) { return true; });
  } else if (held_grants > 0 && (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)) {
    release_where([](const HeldGrant& grant) { return !grant.spans_transactions; });
  }
}

void at_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void*) {
  if (event == SUBXACT_EVENT_ABORT_SUB) {
    abandon_line();
    release_where([=](const HeldGrant& grant) { return grant.subid == subid; });
  } else if (event == SUBXACT_EVENT_COMMIT_SUB) {
    for (int i = 0; i < held_grants; i++)
      if (held[i].subid == subid) held[i].subid = parent;
  }
}

// The C library keeps what was freed for later; after a large query that is memory which others could use.
void return_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

HeldGrant* held_grant(const void* holder) {
  for (int i = held_grants - 1; i >= 0; i--)
    if (held[i].holder == holder) return &held[i];
  return nullptr;
}

const HeldGrant* grant_in_force() {
  if (held_grants == 0 || !inside_a_query()) return nullptr;
  for (int i = held_grants - 1; i >= 0; i--)
    if (held[i].saved_setting_kb == 0 && held[i].work_mem_kb == work_mem) return &held[i];
  return nullptr;
}

HeldGrant* acquire_grant(const void* holder, const GrantRequest& request, int64 query_id, bool may_wait) {
  HeldGrant* grant = new_held();
  GrantSlot* slot = own_slot();
  Answer answer = {};
  // A grant may be lost to an error only once it is written down.
  bool started = false;
  {
    GovernorLock lock;
    slot->query_id = query_id;
    slot->least = request.least;
    slot->need = request.need;
    slot->wish = request.wish;
    slot->since = GetCurrentTimestamp();
    started = try_at_once(slot, request, may_wait, answer);
    if (answer.from_reserve > 0) enter_reserve(slot, answer.from_reserve);
    if (!started) join_line(slot, request);
    in_line = !started;
  }
  if (!started) {
    wait_for_answer(slot, request, answer);
    slot->since = GetCurrentTimestamp();
  }
  *grant = {holder, answer.bytes, answer.from_reserve, answer.large, false, GetCurrentSubTransactionId(), 0, 0, 0};
  held_grants++;
  GovernorLock lock;
  count_grant(request, answer.bytes + answer.from_reserve);
  return grant;
}

void release_grant(const void* holder) {
  for (int i = held_grants - 1; i >= 0; i--) {
    if (held[i].holder != holder) continue;
    restore_setting(held[i]);
    if (held[i].large) return_freed_memory();
    return release_at(i);
  }
}

void release_everything() {
  abandon_line();
  release_where([](const HeldGrant&) { return true; });
}

void serve_line() {
  if (governor->waiting == 0) return;
  const PoolRules rules = pool_rules();
  pg_atomic_write_u64(&governor->capacity, static_cast<uint64>(rules.capacity));
  for (;;) {
    const NextGrant next = next_grant(rules, governor->use, std::span(waiting_line(), governor->waiting));
    if (next.index < 0) return;
    hand_over(next, rules);
  }
}

void watch_transactions() {
  RegisterXactCallback(at_transaction, nullptr);
  RegisterSubXactCallback(at_subtransaction, nullptr);
}

}  // namespace aza
