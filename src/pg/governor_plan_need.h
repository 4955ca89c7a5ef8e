// What a plan tree needs in memory, by what the planner expects of each of its nodes.
#pragma once

#include "core/grant_need.h"
#include "pg/backend_api.h"

namespace aza {

// True where a look at the top of the plan shows that no node of it holds memory: the common case.
bool is_plain(const PlannedStmt* planned);

// Adds to an empty need. False where no node of the plan holds memory in proportion to its rows.
bool plan_need(const PlannedStmt* planned, PlanNeed& need);

}  // namespace aza
