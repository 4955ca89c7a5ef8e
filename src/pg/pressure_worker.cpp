#include "pg/pressure_worker.h"

#include <algorithm>

#include "core/bytes.h"
#include "pg/governor_grants.h"
#include "pg/governor_settings.h"
#include "pg/live_limit.h"
#include "pg/pressure_guard.h"
#include "pg/pressure_reading.h"
#include "pg/settings.h"

extern "C" PGDLLEXPORT void aza_watch_main(Datum);

namespace aza {

namespace {

constexpr int kRestartSeconds = 2;
constexpr int64 kQuickAbove = 70;  // percent of the limit from which it looks more often
constexpr long kQuickMs = 100;
constexpr long kPressedMs = 50;

long pause_ms(const Look& look, long interval) {
  if (!look.group) return interval;
  if (look.percent >= kPressedPercent) return std::min(interval, kPressedMs);
  return look.percent >= kQuickAbove ? std::min(interval, kQuickMs) : interval;
}

void sleep_until_next(long ms) {
  static uint32 wait_event;
  if (wait_event == 0) wait_event = WaitEventExtensionNew("AzaWatch");
  WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, wait_event);
  ResetLatch(MyLatch);
  CHECK_FOR_INTERRUPTS();
  if (!ConfigReloadPending) return;
  ConfigReloadPending = false;
  ProcessConfigFile(PGC_SIGHUP);
}

[[noreturn]] void watch_forever() {
  MemoryContext round = AllocSetContextCreate(TopMemoryContext, "aza watch", ALLOCSET_DEFAULT_SIZES);
  TimestampTz limits_at = 0;
  for (;;) {
    MemoryContextSwitchTo(round);
    const TimestampTz now = GetCurrentTimestamp();
    if (TimestampDifferenceExceeds(limits_at, now, watch_interval_ms)) {
      follow_limits();
      limits_at = now;
    }
    const Look look = take_look();
    guard_against_pressure(look);
    MemoryContextSwitchTo(TopMemoryContext);
    MemoryContextReset(round);
    sleep_until_next(pause_ms(look, watch_interval_ms));
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
    ereport(LOG, (errmsg("aza_autoconf could not find the files that hold the limits: limits and memory are not watched")));
    proc_exit(0);
  }
  aza::watch_forever();
}
