// How a planned setting stands now: what a reload, ALTER ROLE or SET did since the start included.
#pragma once

#include "pg/guc_record.h"
#include "pg/tuning.h"

namespace aza {

Status status_now(const PlanRow& row, const struct config_generic* record);
const char* status_name(Status status);

// Who holds the setting where the plan does not; empty where the plan does.
void holder_of(Status status, const struct config_generic* record, Text<320>& out);

}  // namespace aza
