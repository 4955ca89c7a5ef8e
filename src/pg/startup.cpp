#include "pg/startup.h"

#include "pg/core_calls.h"
#include "pg/human_choice.h"
#include "pg/planned_default.h"
#include "pg/preload.h"

namespace aza {

Tuning tuning;

namespace {

constexpr int kOwnWorkers = 1;  // the one that watches the memory

bool signal_file(const char* name) {
  char path[MAXPGPATH];
  snprintf(path, sizeof path, "%s/%s", DataDir, name);
  return access(path, F_OK) == 0;
}

// What the primary recorded; the server itself has read pg_control before it loads libraries, so it can be read.
std::optional<StandbyFloor> standby_floor() {
  if (!signal_file("standby.signal") && !signal_file("recovery.signal")) return std::nullopt;
  bool crc_ok = false;
  ControlFileData* control = get_controlfile(DataDir, &crc_ok);
  StandbyFloor floor{control->MaxConnections, control->max_worker_processes, control->max_wal_senders,
                     control->max_prepared_xacts, control->max_locks_per_xact};
  pfree(control);
  return crc_ok ? std::optional(floor) : std::nullopt;
}

Status set_planned(const PlanRow& row, const struct config_generic* record) {
  if (leaves_no_connection(row)) {
    ereport(WARNING,
            (errmsg("aza_autoconf leaves max_connections at %d: %d connections are reserved, and the plan has %s",
                    MaxConnections, SuperuserReservedConnections + ReservedConnections, row.value.c_str()),
             errhint("Lower superuser_reserved_connections or reserved_connections.")));
    return Status::kept;
  }
  // A line that no human chose is outranked by its own rank only; see planned_default.h for what a reload does.
  const GucSource rank = record->source == PGC_S_FILE ? PGC_S_FILE : PGC_S_DYNAMIC_DEFAULT;
  switch (guc_set(setting_name(row.setting), row.value.c_str(), rank)) {
    case SetAnswer::applied:
      return Status::applied;
    case SetAnswer::outranked:
      return Status::outranked;
    default:
      return Status::rejected;
  }
}

Status apply_setting(const PlanRow& row, const Pins& pins) {
  if (pins.of[static_cast<int>(row.setting)]) return Status::pinned;
  if (tuning.mode == Mode::report) return Status::kept;
  const struct config_generic* record = guc_record(row.setting);
  if (record == nullptr) return Status::rejected;
  const Chooser chooser = who_chose(row.setting, record, tuning.mode);
  if (chooser == Chooser::above) return Status::outranked;
  const Status status = chooser == Chooser::nobody ? set_planned(row, record) : Status::kept;
  if (status != Status::rejected && !leaves_no_connection(row)) hold_planned_default(row, tuning.mode);
  return status;
}

// With what really stands, a human's choices included.
void warn_about_budget() {
  BudgetAnswer answer;
  budget_for(tuning.machine.memory_mib, guc_amount(guc_record(Setting::shared_buffers)), MaxConnections,
             tuning.machine.cpus, answer);
  if (!answer.warning.empty())
    ereport(WARNING, (errmsg("%s", answer.warning.c_str()),
                      errhint("Lower max_connections and put PgBouncer in front, or give the server more memory.")));
}

// " shared_buffers=512MB, ..." in the plan's order.
void append_applied(StringInfo line) {
  const char* separator = " ";
  for (const PlanRow& row : tuning.plan.settings) {
    if (tuning.at_start[static_cast<int>(row.setting)] != Status::applied) continue;
    appendStringInfo(line, "%s%s=%s", separator, setting_name(row.setting), row.value.c_str());
    separator = ", ";
  }
  if (separator[0] == ' ') appendStringInfoString(line, " nothing");
}

}  // namespace

bool starts_a_server() {
  return IsPostmasterEnvironment && !IsUnderPostmaster && !IsBinaryUpgrade;
}

void probe() {
  const Said said = what_humans_said();
  const Choice workload = workload_said(), storage = storage_said();
  ProfileAnswer profile;
  parse_profile({workload.name, workload.text, storage.name, storage.text}, profile);
  raise_if_set(profile.error, FATAL);
  auto* answer = static_cast<ProbeAnswer*>(palloc(sizeof(ProbeAnswer)));
  char wal_folder[MAXPGPATH];
  snprintf(wal_folder, sizeof wal_folder, "%s/pg_wal", DataDir);
  probe_machine(said, wal_folder, *answer);
  raise_if_set(answer->error, FATAL);
  tuning.found = answer->found;
  pfree(answer);
  tuning.machine.workload = profile.workload;
  tuning.machine.storage = profile.storage;
}

void make_startup_plan() {
  Machine& machine = tuning.machine;
  machine.memory_mib = tuning.found.memory_mib;
  machine.cpus = tuning.found.cpus;
  machine.wal_free_bytes = tuning.found.wal_free_bytes;
  machine.wal_segment_bytes = wal_segment_size;
  machine.huge_pages = tuning.found.huge_pages;
  machine.preload_workers = workers_of_libraries() + kOwnWorkers;
  machine.standby = standby_floor();
  plan_for(machine, server_bounds(), tuning.plan);
}

void apply_plan() {
  const Pins pins = pins_said();
  for (const PlanRow& row : tuning.plan.settings)
    tuning.at_start[static_cast<int>(row.setting)] = apply_setting(row, pins);
  tuning.active = true;
}

void log_startup() {
  StringInfoData line;
  initStringInfo(&line);
  append_applied(&line);
  ereport(LOG,
          (errmsg("aza_autoconf: memory " INT64_FORMAT "MB (%s), CPUs %d (%s), applied:%s", tuning.found.memory_mib,
                  tuning.found.memory_source.c_str(), tuning.found.cpus, tuning.found.cpus_source.c_str(), line.data)));
  pfree(line.data);
  for (const auto& warning : tuning.found.warnings) ereport(WARNING, (errmsg("%s", warning.c_str())));
  warn_about_budget();
}

}  // namespace aza
