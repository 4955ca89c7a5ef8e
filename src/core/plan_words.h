// The plan's arithmetic in words, each rule with the numbers that it was applied to.
#pragma once

#include <string>
#include <vector>

#include "core/plan_amounts.h"

namespace aza {

// As SET takes it.
std::string value_text(Setting setting, int64_t amount);
// "25 % of 2048MB"
std::string rule_text(Setting setting, const Machine& machine, const Amounts& amounts, const ServerBounds& bounds);
// "at most 32768MB", or empty.
std::string bound_text(Setting setting, const Machine& machine, const Amount& amount);
std::vector<std::string> plan_warnings(const Machine& machine, const Amounts& amounts);

}  // namespace aza
