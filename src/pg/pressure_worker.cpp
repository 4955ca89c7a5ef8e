#include "pg/pressure_worker.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>

#include "core/growth_limit.h"
#include "pg/governor_grants.h"
#include "pg/governor_settings.h"
#include "pg/growth_guard.h"
#include "pg/kernel_events.h"
#include "pg/live_limit.h"
#include "pg/pressure_guard.h"
#include "pg/pressure_reading.h"
#include "pg/pressure_trigger.h"
#include "pg/session_guard.h"
#include "pg/settings.h"

extern "C" PGDLLEXPORT void aza_watch_main(Datum);

namespace aza {

namespace {

constexpr int kRestartSeconds = 2;

// Without a client nothing fills memory up; the first one wakes the worker.
int64 pause_ms(const Usage& usage) {
  if (pg_atomic_read_u32(&governor->connections) == 0) return watch_interval_ms;
  return std::min<int64>(watch_interval_ms, look_pause_ms(usage.limit, usage.working_set, governor->limit.cpus));
}

// Among many that want to run the worker must not be the last: a short slice brings its turn forward (Linux 6.12 and
// later; elsewhere it changes nothing). The kernel's struct sched_attr, in its first version.
void ask_for_short_slices() {
  struct {
    uint32 size, policy;
    uint64 flags;
    int32 nice;
    uint32 priority;
    uint64 runtime_ns, deadline_ns, period_ns;
  } attributes = {48, SCHED_OTHER, 0, 0, 0, 100000, 0, 0};
  attributes.nice = getpriority(PRIO_PROCESS, 0);
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

// Whether the kernel told of a stall meanwhile.
bool sleep_until_next(int64 ms) {
  const bool stalled = wait_for_stall(ms);
  CHECK_FOR_INTERRUPTS();
  if (ConfigReloadPending) {
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
  }
  return stalled;
}

bool is_due(TimestampTz& last) {
  const TimestampTz now = GetCurrentTimestamp();
  if (!TimestampDifferenceExceeds(last, now, watch_interval_ms)) return false;
  last = now;
  return true;
}

// All processes are looked at, which costs more, only from time to time or near the limit.
Usage watch_once(bool stalled) {
  static TimestampTz last;
  const bool due = is_due(last) || stalled;
  if (due) {
    if (follow_limits()) follow_group();
    follow_kernel_events(stalled);
  }
  const Usage usage = read_usage();
  const bool looks = due || usage.percent >= kPressedPercent;
  const bool limits = growth_is_limited(usage);
  const ServerProcesses found = looks ? find_processes() : limits ? find_working_processes() : ServerProcesses{};
  guard_against_growth(usage, found);
  guard_against_sessions(usage);
  if (looks) guard_against_pressure(take_look(usage, found));
  return usage;
}

void stop_watching(int, Datum) {
  pg_atomic_write_u32(&governor->watcher, 0);
}

[[noreturn]] void watch_forever() {
  MemoryContext round = AllocSetContextCreate(TopMemoryContext, "aza watch", ALLOCSET_DEFAULT_SIZES);
  bool stalled = false;
  for (;;) {
    MemoryContextSwitchTo(round);
    const Usage usage = watch_once(stalled);
    MemoryContextSwitchTo(TopMemoryContext);
    MemoryContextReset(round);
    stalled = sleep_until_next(pause_ms(usage));
  }
}

}  // namespace

void register_watch_worker() {
  BackgroundWorker worker = {};
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
  worker.bgw_start_time = BgWorkerStart_PostmasterStart;
  worker.bgw_restart_time = kRestartSeconds;
  snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "aza_autoconf");
  snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "aza_watch_main");
  snprintf(worker.bgw_name, sizeof worker.bgw_name, "aza memory watch");
  snprintf(worker.bgw_type, sizeof worker.bgw_type, "aza memory watch");
  RegisterBackgroundWorker(&worker);
}

}  // namespace aza

void aza_watch_main(Datum) {
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  BackgroundWorkerUnblockSignals();
  if (!aza::start_reading(aza::what_humans_said())) {
    ereport(LOG,
            (errmsg("aza_autoconf could not find the files that hold the limits: limits and memory are not watched")));
    proc_exit(0);
  }
  pg_atomic_write_u32(&aza::governor->watcher, MyProcNumber + 1);
  before_shmem_exit(aza::stop_watching, 0);
  aza::start_waiting();
  aza::ask_for_short_slices();
  aza::watch_forever();
}
