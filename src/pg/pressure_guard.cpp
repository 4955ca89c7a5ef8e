#include "pg/pressure_guard.h"

#include <signal.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/plan.h"
#include "pg/event_log.h"
#include "pg/governor_line.h"
#include "pg/governor_settings.h"
#include "pg/pressure_reading.h"

namespace aza {

namespace {

constexpr int kDeafMs = 2000;  // a canceled query gives its memory back in that time, or is canceled again
constexpr int64 kLastPercent = 98;
constexpr int64 kLeastQuery = kMiB;  // canceling less helps nobody
constexpr int kBetweenLogsMs = 60000;

int64 average_idle(const Tally& tally) {
  int64 sum = 0;
  int count = 0;
  for (int i = 0; i < governor->slots; i++) {
    if (tally.of_backend[i] == 0 || tally.running[i] || grant_slots()[i].granted > 0) continue;
    sum += tally.of_backend[i];
    count++;
  }
  return count == 0 ? governor->measured.idle_backend : sum / count;
}

Tally tally_up(const ServerProcesses& found) {
  Tally tally = {static_cast<int64*>(palloc0(governor->slots * sizeof(int64))),
                 static_cast<bool*>(palloc0(governor->slots * sizeof(bool))), 0, 0, 0};
  for (int i = 0; i < found.count; i++) {
    tally.all += found.memory[i].anonymous;
    const int leader = found.of[i].leader;
    if (leader < 0 || leader >= governor->slots) continue;
    tally.of_backend[leader] += found.memory[i].anonymous;
    tally.running[leader] = tally.running[leader] || found.of[i].running;
  }
  tally.idle_backend = average_idle(tally);
  return tally;
}

bool holds_a_grant(const GrantSlot& slot) {
  return slot.granted + slot.from_reserve > 0;
}

// The lock is held.
void cover(Tally& tally) {
  for (int i = 0; i < governor->slots; i++) {
    GrantSlot& slot = grant_slots()[i];
    slot.anonymous = tally.of_backend[i];
    if (!tally.running[i] && !holds_a_grant(slot)) slot.kept = slot.anonymous;
    const int64 above_idle = std::max<int64>(0, tally.of_backend[i] - tally.idle_backend);
    if (slot.pid != 0) tally.covered += std::min(above_idle, slot.granted);
  }
}

// Beyond these the connections alone leave nothing for a single query.
uint32 connections_that_fit(const Measured& measured) {
  const int64 limit = memory_ceiling(governor->limit);
  const int64 kernel_per = measured.connections > 0 ? measured.kernel / measured.connections : 0;
  const int64 room = limit - governor->shared_memory - pool_reserve(limit) / 2;
  return room <= 0 ? 0
                   : static_cast<uint32>(std::min<int64>(
                         PG_INT32_MAX, room / (measured.idle_backend + std::min<int64>(kernel_per, kMiB))));
}

// The lock is held.
void write_down(const Look& look, int connections) {
  Measured& measured = governor->measured;
  measured.at = GetCurrentTimestamp();
  const Tally& tally = look.tally;
  const GroupUse& use = look.usage.use;
  const int64 in_use = look.usage.group ? look.usage.working_set : tally.all;
  measured.group = look.usage.group;
  measured.usage = use.usage;
  measured.working_set = in_use;
  measured.kernel = use.kernel;
  measured.other_anonymous = std::max<int64>(0, (look.usage.group ? use.anonymous : tally.all) - tally.covered);
  measured.idle_backend = tally.idle_backend;
  measured.connections = connections;
  measured.pressed = look.usage.percent >= kPressedPercent;
  governor->counts.most_working_set = std::max(governor->counts.most_working_set, in_use);
  pg_atomic_write_u32(&governor->connections_that_fit, connections_that_fit(measured));
  pg_atomic_write_u64(&governor->capacity, static_cast<uint64>(pool_rules().capacity));
}

bool was_just_canceled(GrantSlot& slot) {
  const auto at = static_cast<TimestampTz>(pg_atomic_read_u64(&slot.cancel_at));
  return !TimestampDifferenceExceeds(at, GetCurrentTimestamp(), kDeafMs);
}

// What ends with a query, other than what its session has kept of earlier ones; which in the end counts, too, as the
// query may well be using it.
int64 query_bytes(const Look& look, int number) {
  const Tally& tally = look.tally;
  if (!tally.running[number]) return 0;
  const int64 kept = look.usage.percent >= kLastPercent ? 0 : grant_slots()[number].kept;
  return tally.of_backend[number] - std::max(tally.idle_backend, kept);
}

Holder largest_query(const Look& look) {
  const Tally& tally = look.tally;
  Holder largest = {};
  for (int i = 0; i < governor->slots; i++) {
    const int64 of_query = query_bytes(look, i);
    if (of_query < kLeastQuery || tally.of_backend[i] <= largest.bytes || was_just_canceled(grant_slots()[i])) continue;
    largest = {GetPGProcByNumber(i)->pid, i, tally.of_backend[i], of_query};
  }
  return largest;
}

void cancel(const Holder& holder) {
  GrantSlot& slot = grant_slots()[holder.number];
  pg_atomic_write_u64(&slot.cancel_at, static_cast<uint64>(GetCurrentTimestamp()));
  pg_atomic_write_u64(&slot.cancel_bytes, static_cast<uint64>(holder.bytes));
  if (kill(holder.pid, SIGINT) != 0) return;
  GovernorLock lock;
  governor->counts.cancelled++;
}

// What those hold that were canceled a moment ago, and will give back.
int64 coming_back(const Look& look) {
  int64 sum = 0;
  for (int i = 0; i < governor->slots; i++)
    if (was_just_canceled(grant_slots()[i])) sum += std::max<int64>(0, query_bytes(look, i));
  return sum;
}

const char* holder_words(const Holder& largest) {
  if (largest.pid == 0) return "no query holds much";
  return psprintf("process %d holds " INT64_FORMAT " kB", largest.pid, largest.bytes / kKiB);
}

void say(const Usage& usage, const Holder& largest, bool cancels) {
  ereport(LOG, (errmsg("aza_autoconf: " INT64_FORMAT " %% of the memory limit are in use%s", usage.percent,
                       cancels ? ", canceling the query that holds most" : ""),
                errdetail("Working set " INT64_FORMAT "MB of " INT64_FORMAT "MB; %s.", usage.working_set / kMiB,
                          usage.limit / kMiB, holder_words(largest))));
  write_event(cancels ? "cancel" : "pressure",
              psprintf(INT64_FORMAT " %% of the memory limit are in use", usage.percent), holder_words(largest), "");
}

void cancel_and_say(const Usage& usage, const Holder& holder) {
  cancel(holder);
  say(usage, holder, true);
}

// As many as it takes to be below the mark again, the largest first. Whether any was.
bool cancel_largest(const Look& look) {
  const int64 mark = look.usage.limit / 100 * kCriticalPercent;
  int64 beyond = look.usage.working_set - mark - coming_back(look);
  bool canceled = false;
  while (beyond >= 0) {
    const Holder largest = largest_query(look);
    if (largest.pid == 0) break;
    cancel_and_say(look.usage, largest);
    beyond -= largest.query_bytes;
    canceled = true;
  }
  return canceled;
}

}  // namespace

Usage read_usage() {
  GroupAnswer group;
  read_group(group);
  Usage usage = {group.known, group.use, 0, 0, memory_ceiling(governor->limit)};
  if (!group.known || usage.limit <= 0) return usage;
  usage.working_set = working_set(group.use, usage.limit);
  usage.percent = usage.working_set * 100 / usage.limit;
  return usage;
}

Look take_look(const Usage& usage, const ServerProcesses& all) {
  Look look = {usage, tally_up(all)};
  GovernorLock lock;
  cover(look.tally);
  write_down(look, all.connections);
  serve_line();
  return look;
}

void guard_against_pressure(const Look& look) {
  static TimestampTz said_at;
  if (!governor_on || !look.usage.group || look.usage.percent < kCriticalPercent ||
      pressure_action == static_cast<int>(PressureAction::none))
    return;
  const TimestampTz now = GetCurrentTimestamp();
  bool said = pressure_action == static_cast<int>(PressureAction::cancel) && cancel_largest(look);
  if (!said && TimestampDifferenceExceeds(said_at, now, kBetweenLogsMs)) {
    say(look.usage, largest_query(look), false);
    said = true;
  }
  if (said) said_at = now;
}

}  // namespace aza
