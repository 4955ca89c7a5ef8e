#include "pg/setting_report.h"

#include "pg/human_choice.h"

namespace aza {

Status status_now(const PlanRow& row, const struct config_generic* record) {
  const Status at_start = tuning.at_start[static_cast<int>(row.setting)];
  if (at_start == Status::pinned || at_start == Status::rejected || tuning.mode == Mode::report) return at_start;
  if (record->source > PGC_S_FILE) return Status::outranked;
  if (guc_amount(record) == row.amount && (record->source < PGC_S_FILE || at_start == Status::applied))
    return Status::applied;
  return Status::kept;
}

const char* status_name(Status status) {
  switch (status) {
    case Status::applied: return "applied";
    case Status::pinned: return "pinned";
    case Status::outranked: return "outranked";
    case Status::kept: return "kept";
    case Status::rejected: return "rejected";
    default: return "";
  }
}

void holder_of(Status status, const struct config_generic* record, Text<320>& out) {
  out.set("");
  if (status == Status::applied) return;
  if (status == Status::pinned) return out.set("aza.pin");
  if (status == Status::rejected) return out.set("the server refused the value, see its log");
  if (record->source <= PGC_S_ENV_VAR) return out.set(tuning.mode == Mode::report ? "aza.mode = report" : "reserved connections");
  describe_source(record, out);
}

}  // namespace aza
