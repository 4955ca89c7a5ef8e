// The plan as JSON, for programs.
#pragma once

#include <string>

#include "core/plan.h"

namespace aza {

// Sizes have both their text and their bytes; `bound` is null where nothing bounded the rule. Ends with a line feed.
std::string plan_as_json(const Plan& plan, const Machine& machine);

}  // namespace aza
