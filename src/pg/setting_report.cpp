#include "pg/setting_report.h"

#include "pg/human_choice.h"

namespace aza {

Status status_now(const PlanRow& row, const struct config_generic* record) {
  const Status at_start = tuning.at_start[static_cast<int>(row.setting)];
  if (at_start == Status::pinned || at_start == Status::rejected || tuning.mode == Mode::report) return at_start;
  if (record->source > PGC_S_FILE) return Status::outranked;
  if (waits_for_restart(row, record)) return Status::applied;
  if (guc_amount(record) == row.amount && (record->source < PGC_S_FILE || at_start == Status::applied))
    return Status::applied;
  return Status::kept;
}

bool follows_limits(Setting setting) {
  switch (setting) {
    case Setting::effective_cache_size:
    case Setting::maintenance_work_mem:
    case Setting::work_mem:
    case Setting::max_parallel_workers:
    case Setting::max_parallel_workers_per_gather:
    case Setting::max_parallel_maintenance_workers:
      return true;
    default:
      return false;
  }
}

bool waits_for_restart(const PlanRow& row, const struct config_generic* record) {
  if ((record->status & GUC_PENDING_RESTART) != 0) return true;
  return tuning.replanned && !follows_limits(row.setting) && record->source <= PGC_S_FILE &&
         tuning.at_start[static_cast<int>(row.setting)] == Status::applied && guc_amount(record) != row.amount;
}

const char* status_name(Status status) {
  switch (status) {
    case Status::applied:
      return "applied";
    case Status::pinned:
      return "pinned";
    case Status::outranked:
      return "outranked";
    case Status::kept:
      return "kept";
    case Status::rejected:
      return "rejected";
    default:
      return "";
  }
}

void holder_of(const PlanRow& row, Status status, const struct config_generic* record, Text<320>& out) {
  out.set("");
  if (status == Status::applied) return;
  if (status == Status::pinned) return out.set("aza.pin");
  if (status == Status::rejected) return out.set("the server refused the value, see its log");
  if (leaves_no_connection(row)) return out.set("reserved connections");
  if (record->source < PGC_S_FILE) return out.set("aza.mode = report");
  describe_source(record, out);
}

}  // namespace aza
