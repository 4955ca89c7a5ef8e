// How a planned setting stands now: what a reload, ALTER ROLE or SET did since the start included.
#pragma once

#include "pg/guc_record.h"
#include "pg/tuning.h"

namespace aza {

Status status_now(const PlanRow& row, const struct config_generic* record);
// Whether the setting takes a new plan's value while the server runs, when a limit has changed.
bool follows_limits(Setting setting);

// Whether a new plan's value waits for a restart.
bool waits_for_restart(const PlanRow& row, const struct config_generic* record);

const char* status_name(Status status);

// Who holds the setting where the plan does not; empty where the plan does.
void holder_of(const PlanRow& row, Status status, const struct config_generic* record, Text<320>& out);

}  // namespace aza
