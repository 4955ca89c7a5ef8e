#include "pg/governor_line.h"

#include <algorithm>

#include "core/bytes.h"
#include "pg/governor_lock_waiters.h"
#include "pg/governor_settings.h"

namespace aza {

namespace {

constexpr long kLookMs = 100;  // between two looks whether others wait for a lock of ours

bool in_line;
uint32 wait_event;

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
  governor->served_at = GetCurrentTimestamp();
  SetLatch(&GetPGProcByNumber(number)->procLatch);
}

// The lock is held. Whether the query may start now.
bool try_at_once(GrantSlot* slot, const GrantRequest& request, bool may_wait, PoolAnswer& answer) {
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
bool take_answer(GrantSlot* slot, PoolAnswer& answer) {
  answer.bytes = slot->answer;
  if (slot->answer > 0) answer.large = slot->answer_large;
  return slot->answer > 0;
}

// Locks of ours that others wait for could be just what lets the others go on: so the minimum, at once.
void take_minimum(GrantSlot* slot, const GrantRequest& request, PoolAnswer& answer) {
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

// The lock is held.
bool take_late(GrantSlot* slot, const GrantRequest& request, PoolAnswer& answer) {
  if (waiting_slots()[0] != MyProcNumber) return false;
  const int64 reserve_left = late_reserve(memory_ceiling(governor->limit)) - governor->reserve_used;
  const ImmediateGrant grant = late_grant(pool_rules(), governor->use, request.least, reserve_left);
  if (grant.from_pool == 0 && grant.from_reserve == 0) return false;
  answer = {grant.from_pool, grant.from_reserve, grant.from_pool > 0};
  if (grant.from_pool > 0) enter_grant(slot, grant.from_pool, true);
  if (grant.from_reserve > 0) enter_reserve(slot, grant.from_reserve);
  governor->served_at = GetCurrentTimestamp();
  return true;
}

// Nobody in the line was given memory for twice aza.grant_timeout: who holds it may never give it back.
bool line_stands_still(TimestampTz since) {
  return ms_left(std::max(since, governor->served_at)) <= -static_cast<long>(grant_timeout_ms);
}

// After aza.grant_timeout. Whether it may run now; where it may never, an error.
bool time_out(GrantSlot* slot, const GrantRequest& request, PoolAnswer& answer) {
  const bool runs = grant_timeout_action == static_cast<int>(TimeoutAction::run);
  int64 capacity = 0;
  {
    GovernorLock lock;
    const bool started = take_answer(slot, answer) || (runs && take_late(slot, request, answer));
    if (!started && runs && !line_stands_still(slot->since)) return false;
    end_wait(slot);
    governor->counts.timed_out++;
    if (!started) governor->counts.refused++;
    serve_line();
    if (started) return true;
    capacity = pool_rules().capacity;
  }
  refuse(request, capacity);
}

bool got_answer(GrantSlot* slot, PoolAnswer& answer) {
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

void wait_for_answer(GrantSlot* slot, const GrantRequest& request, PoolAnswer& answer) {
  for (;;) {
    if (got_answer(slot, answer)) return;
    const long left = ms_left(slot->since);
    if (left <= 0 && time_out(slot, request, answer)) return;
    if (others_wait_for_our_locks()) return take_minimum(slot, request, answer);
    sleep_in_line(left);
  }
}

// The lock is held. Of queries within another one, the outermost that asked is shown.
void introduce(GrantSlot* slot, const GrantRequest& request, int64 query_id) {
  if (slot->granted + slot->from_reserve > 0) return;
  slot->query_id = query_id;
  slot->least = request.least;
  slot->need = request.need;
  slot->wish = request.wish;
  slot->since = GetCurrentTimestamp();
}

}  // namespace

PoolAnswer ask_pool(const GrantRequest& request, int64 query_id, bool may_wait) {
  GrantSlot* slot = own_slot();
  PoolAnswer answer = {};
  {
    GovernorLock lock;
    introduce(slot, request, query_id);
    const bool started = try_at_once(slot, request, may_wait, answer);
    if (answer.from_reserve > 0) enter_reserve(slot, answer.from_reserve);
    if (!started) join_line(slot, request);
    in_line = !started;
  }
  if (in_line) {
    wait_for_answer(slot, request, answer);
    slot->since = GetCurrentTimestamp();
  }
  GovernorLock lock;
  count_grant(request, answer.bytes + answer.from_reserve);
  return answer;
}

void return_to_pool(const PoolAnswer& answer) {
  GrantSlot* slot = own_slot();
  GovernorLock lock;
  if (answer.bytes > 0) give_back(governor->use, answer.bytes, answer.large);
  slot->granted -= answer.bytes;
  slot->from_reserve -= answer.from_reserve;
  governor->reserve_used -= answer.from_reserve;
  serve_line();
}

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

}  // namespace aza
