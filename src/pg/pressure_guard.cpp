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

constexpr int kBetweenCancelsMs = 100;  // a canceled query needs a moment to give its memory back
constexpr int kDeafMs = 2000;           // one that has not heard in that time is canceled again
constexpr int kBetweenLogsMs = 60000;

struct Process {
  int pid;
  int leader;  // number of the backend that it works for: its own, or its parallel leader's; -1: no client backend's
  bool running;
};

struct Processes {
  int count;
  Process* of;
  int64* bytes;
  int connections;
};

// Number of the client backend whose query this process runs, or -1.
int leader_number(const PgBackendStatus* status) {
  PGPROC* proc = BackendPidGetProc(status->st_procpid);
  if (proc == nullptr) return -1;
  if (status->st_backendType == B_BACKEND) return GetNumberFromPGProc(proc);
  if (status->st_backendType != B_BG_WORKER || proc->lockGroupLeader == nullptr) return -1;
  return GetNumberFromPGProc(proc->lockGroupLeader);
}

Processes find_processes() {
  pgstat_clear_backend_activity_snapshot();
  const int most = pgstat_fetch_stat_numbackends();
  Processes found = {1, static_cast<Process*>(palloc((most + 1) * sizeof(Process))), nullptr, 0};
  found.of[0] = {PostmasterPid, -1, false};
  for (int i = 1; i <= most; i++) {
    const LocalPgBackendStatus* local = pgstat_get_local_beentry_by_index(i);
    if (local == nullptr || local->backendStatus.st_procpid == 0) continue;
    const PgBackendStatus& status = local->backendStatus;
    const bool running = status.st_state != STATE_IDLE && status.st_state != STATE_IDLEINTRANSACTION &&
                         status.st_state != STATE_IDLEINTRANSACTION_ABORTED;
    found.of[found.count++] = {status.st_procpid, leader_number(&status), running};
    if (status.st_backendType == B_BACKEND) found.connections++;
  }
  return found;
}

void measure(Processes& found) {
  int* pids = static_cast<int*>(palloc(found.count * sizeof(int)));
  found.bytes = static_cast<int64*>(palloc(found.count * sizeof(int64)));
  for (int i = 0; i < found.count; i++) pids[i] = found.of[i].pid;
  read_anonymous(pids, found.count, found.bytes);
}

// By backend: what it and its workers hold.
struct Tally {
  int64* of_backend;  // [slots]
  bool* running;
  int64 all;
  int64 covered;  // by grants
  int64 idle_backend;
};

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

Tally tally_up(const Processes& found) {
  Tally tally = {static_cast<int64*>(palloc0(governor->slots * sizeof(int64))),
                 static_cast<bool*>(palloc0(governor->slots * sizeof(bool))), 0, 0, 0};
  for (int i = 0; i < found.count; i++) {
    tally.all += found.bytes[i];
    const int leader = found.of[i].leader;
    if (leader < 0 || leader >= governor->slots) continue;
    tally.of_backend[leader] += found.bytes[i];
    tally.running[leader] = tally.running[leader] || found.of[i].running;
  }
  tally.idle_backend = average_idle(tally);
  return tally;
}

// The lock is held.
void cover(Tally& tally) {
  for (int i = 0; i < governor->slots; i++) {
    GrantSlot& slot = grant_slots()[i];
    slot.anonymous = tally.of_backend[i];
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
void write_down(const Look& look, const GroupAnswer& group, const Tally& tally, int connections) {
  Measured& measured = governor->measured;
  measured.at = GetCurrentTimestamp();
  measured.group = look.group;
  measured.usage = group.use.usage;
  measured.working_set = look.working_set;
  measured.kernel = group.use.kernel;
  measured.other_anonymous = std::max<int64>(0, (look.group ? group.use.anonymous : tally.all) - tally.covered);
  measured.idle_backend = tally.idle_backend;
  measured.connections = connections;
  measured.pressed = look.group && look.percent >= kPressedPercent;
  if (look.working_set > governor->counts.most_working_set) governor->counts.most_working_set = look.working_set;
  pg_atomic_write_u32(&governor->connections_that_fit, connections_that_fit(measured));
  pg_atomic_write_u64(&governor->capacity, static_cast<uint64>(pool_rules().capacity));
}

bool was_just_canceled(GrantSlot& slot) {
  const auto at = static_cast<TimestampTz>(pg_atomic_read_u64(&slot.cancel_at));
  return !TimestampDifferenceExceeds(at, GetCurrentTimestamp(), kDeafMs);
}

Holder largest_query(const Tally& tally) {
  Holder largest = {};
  for (int i = 0; i < governor->slots; i++) {
    if (!tally.running[i] || tally.of_backend[i] <= largest.bytes || was_just_canceled(grant_slots()[i])) continue;
    const int pid = GetPGProcByNumber(i)->pid;
    largest = {pid, i, tally.of_backend[i], tally.of_backend[i] - tally.idle_backend, true};
  }
  return largest;
}

void cancel(const Look& look) {
  GrantSlot& slot = grant_slots()[look.largest.number];
  pg_atomic_write_u64(&slot.cancel_at, static_cast<uint64>(GetCurrentTimestamp()));
  pg_atomic_write_u64(&slot.cancel_bytes, static_cast<uint64>(look.largest.bytes));
  if (kill(look.largest.pid, SIGINT) != 0) return;
  GovernorLock lock;
  governor->counts.cancelled++;
}

const char* holder_words(const Holder& largest) {
  if (largest.pid == 0) return "no query is running";
  return psprintf("process %d holds " INT64_FORMAT " kB", largest.pid, largest.bytes / kKiB);
}

void say(const Look& look, bool cancels) {
  ereport(LOG, (errmsg("aza_autoconf: " INT64_FORMAT " %% of the memory limit are in use%s", look.percent,
                       cancels ? ", canceling the query that holds most" : ""),
                errdetail("Working set " INT64_FORMAT "MB of " INT64_FORMAT "MB; %s.", look.working_set / kMiB,
                          look.limit / kMiB, holder_words(look.largest))));
  write_event(cancels ? "cancel" : "pressure",
              psprintf(INT64_FORMAT " %% of the memory limit are in use", look.percent), holder_words(look.largest),
              "");
}

}  // namespace

int64 percent_in_use() {
  GroupAnswer group;
  read_group(group);
  const int64 limit = memory_ceiling(governor->limit);
  return group.known && limit > 0 ? working_set(group.use, limit) * 100 / limit : 0;
}

Look take_look() {
  Processes found = find_processes();
  measure(found);
  GroupAnswer group;
  read_group(group);
  Tally tally = tally_up(found);
  Look look = {};
  look.group = group.known;
  look.limit = memory_ceiling(governor->limit);
  look.working_set = group.known ? working_set(group.use, look.limit) : tally.all;
  look.percent = look.limit > 0 ? look.working_set * 100 / look.limit : 0;
  look.largest = largest_query(tally);
  GovernorLock lock;
  cover(tally);
  write_down(look, group, tally, found.connections);
  serve_line();
  return look;
}

void guard_against_pressure(const Look& look) {
  static TimestampTz canceled_at, said_at;
  if (!look.group || look.percent < kCriticalPercent || pressure_action == static_cast<int>(PressureAction::none))
    return;
  const TimestampTz now = GetCurrentTimestamp();
  const bool cancels = pressure_action == static_cast<int>(PressureAction::cancel) && look.largest.pid != 0 &&
                       look.largest.query_bytes > 0 && TimestampDifferenceExceeds(canceled_at, now, kBetweenCancelsMs);
  if (cancels) cancel(look);
  if (cancels || TimestampDifferenceExceeds(said_at, now, kBetweenLogsMs)) {
    say(look, cancels);
    said_at = now;
  }
  if (cancels) canceled_at = now;
}

}  // namespace aza
