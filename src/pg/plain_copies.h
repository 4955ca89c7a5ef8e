// Core's values as plain data.
#pragma once

#include "pg/settings.h"
#include "pg/tuning.h"

namespace aza {

Overrides overrides_in(const Said& said);

void copy_error(const InputError& from, PlainError& to);
void copy_fact(const Fact& from, FactRow& to);
void copy_limits(const Detection& from, Limits& to);
void copy_detection(const Detection& from, FoundMachine& to);
void copy_plan(const Plan& from, PlainPlan& to);

}  // namespace aza
