// What a plan tree needs in memory, by what the planner expects of each of its nodes.
#pragma once

#include "core/grant_need.h"
#include "pg/backend_api.h"

namespace aza {

// Adds to an empty need. False where no node of the plan holds memory in proportion to its rows: the common case, and a
// quick one.
bool plan_need(const PlannedStmt* planned, PlanNeed& need);

}  // namespace aza
