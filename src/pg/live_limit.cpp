#include "pg/live_limit.h"

#include <algorithm>

#include "core/bytes.h"
#include "pg/event_log.h"
#include "pg/governor_line.h"
#include "pg/guc_record.h"
#include "pg/planned_default.h"
#include "pg/pressure_reading.h"
#include "pg/setting_report.h"

namespace aza {

namespace {

uint32 seen_generation;

void take_over(const LimitNow& limit) {
  static_cast<Limits&>(tuning.found) = limit;
  tuning.machine.memory_mib = limit.memory_mib;
  tuning.machine.cpus = limit.cpus;
  tuning.replanned = true;
  seen_generation = limit.generation;
}

void show(const char* name, const char* value) {
  set_config_option(name, value, PGC_INTERNAL, PGC_S_DYNAMIC_DEFAULT, GUC_ACTION_SET, true, LOG, false);
}

void show_detected(const LimitNow& limit) {
  char text[32];
  snprintf(text, sizeof text, INT64_FORMAT "MB", limit.memory_mib);
  show("aza.detected_memory", text);
  snprintf(text, sizeof text, "%d", limit.cpus);
  show("aza.detected_cpus", text);
  show("aza.detected_memory_source", limit.memory_source.c_str());
  show("aza.detected_cpus_source", limit.cpus_source.c_str());
  show("aza.memory_limit_path", limit.memory_limit_path.c_str());
}

// Its default is to govern where there is a limit; what humans said outranks it.
void show_governor(const LimitNow& limit) {
  set_config_option("aza.governor", limit.group_limit_mib > 0 ? "on" : "off", PGC_SIGHUP, PGC_S_DYNAMIC_DEFAULT,
                    GUC_ACTION_SET, true, LOG, false);
}

// Only mode enforce stands above a configuration file's line, and never above ALTER SYSTEM's.
GucSource rank_for(const PlanRow& row, const struct config_generic* record) {
  const bool overrides = tuning.mode == Mode::enforce && record->reset_source == PGC_S_FILE &&
                         !alter_system_sets(setting_name(row.setting));
  return overrides ? PGC_S_FILE : PGC_S_DYNAMIC_DEFAULT;
}

void apply_row(const PlanRow& row) {
  const Status at_start = tuning.at_start[static_cast<int>(row.setting)];
  if (!follows_limits(row.setting) || at_start == Status::pinned || at_start == Status::rejected) return;
  renew_planned_default(row);
  guc_set(setting_name(row.setting), row.value.c_str(), rank_for(row, guc_record(row.setting)));
}

void read_published(LimitNow& limit) {
  GovernorLock lock;
  limit = governor->limit;
}

void adopt(const LimitNow& limit) {
  take_over(limit);
  plan_for(tuning.machine, server_bounds(), tuning.plan);
  show_detected(limit);
  show_governor(limit);
  if (tuning.mode == Mode::report) return;
  for (const PlanRow& row : tuning.plan.settings) apply_row(row);
}

// " work_mem 1MB -> 2MB, ..." for the settings that do or do not follow at once.
char* changes(const PlainPlan& before, bool at_once) {
  StringInfoData words;
  initStringInfo(&words);
  for (const PlanRow& row : tuning.plan.settings) {
    const PlanRow* old = before.find(row.setting);
    if (follows_limits(row.setting) != at_once || old == nullptr || old->amount == row.amount) continue;
    if (tuning.at_start[static_cast<int>(row.setting)] != Status::applied) continue;
    appendStringInfo(&words, "%s%s %s -> %s", words.len > 0 ? ", " : "", setting_name(row.setting), old->value.c_str(),
                     row.value.c_str());
  }
  return words.len > 0 ? words.data : pstrdup("nothing");
}

char* limit_words(const Limits& limit) {
  char* words = psprintf(INT64_FORMAT "MB, CPUs %d", limit.memory_mib, limit.cpus);
  if (limit.group_limit_mib == 0 || limit.group_limit_mib == limit.memory_mib) return words;
  return psprintf("%s, limit of the group " INT64_FORMAT "MB", words, limit.group_limit_mib);
}

void warn_if_too_small(const LimitNow& limit) {
  const int64 memory = memory_ceiling(limit);
  if (memory > governor->shared_memory) return;
  ereport(WARNING,
          (errmsg("the memory limit of " INT64_FORMAT "MB is below the " INT64_FORMAT
                  "MB of shared memory that the server has taken",
                  memory / kMiB, governor->shared_memory / kMiB),
           errdetail(
               "Shared memory cannot shrink while the server runs: the kernel will kill it when its buffers fill up."),
           errhint("Raise the limit again, or restart the server: it then plans for the new limit.")));
}

void tell(const LimitNow& before, const LimitNow& after, const PlainPlan& old_plan) {
  ereport(LOG, (errmsg("aza_autoconf: the limits changed from %s to %s: %s", limit_words(before), limit_words(after),
                       changes(old_plan, true)),
                errdetail("After a restart: %s.", changes(old_plan, false))));
  write_event("limit", after.memory_limit_path.empty() ? after.memory_source.c_str() : after.memory_limit_path.c_str(),
              limit_words(before), limit_words(after));
  warn_if_too_small(after);
}

// What could not be read stays as it is.
LimitNow limits_now(const LimitNow& before) {
  LimitAnswer read;
  read_limits(read);
  const Limits& found = read.limits;
  if (!read.news || (found.memory_mib == before.memory_mib && found.cpus == before.cpus &&
                     found.group_limit_mib == before.group_limit_mib))
    return before;
  return {found, before.generation + 1};
}

void publish(const LimitNow& now) {
  GovernorLock lock;
  governor->limit = now;
  pg_atomic_write_u32(&governor->generation, now.generation);
  serve_line();
}

}  // namespace

bool follow_limits() {
  static LimitNow before, now;
  static PlainPlan old_plan;
  read_published(before);
  now = limits_now(before);
  if (now.generation == before.generation) return false;
  publish(now);
  old_plan = tuning.plan;
  adopt(now);
  tell(before, now, old_plan);
  return true;
}

[[gnu::hot]] void apply_new_limits() {
  if (governor == nullptr || pg_atomic_read_u32(&governor->generation) == seen_generation) return;
  if (!tuning.active || IsInParallelMode() || IsParallelWorker()) return;
  static LimitNow limit;
  read_published(limit);
  adopt(limit);
}

}  // namespace aza
