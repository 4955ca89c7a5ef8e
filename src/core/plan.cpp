#include "core/plan.h"

#include "core/plan_words.h"

namespace aza {

const PlannedSetting* Plan::find(Setting setting) const {
  for (const PlannedSetting& planned : settings) {
    if (planned.setting == setting) return &planned;
  }
  return nullptr;
}

Plan make_plan(const Machine& given, const ServerBounds& bounds) {
  const Machine machine = sane_machine(given);
  const Amounts amounts = plan_amounts(machine, bounds);
  Plan plan;
  for (int i = 0; i < kSettingCount; i++) {
    if (!amounts.planned[i]) continue;
    const auto setting = static_cast<Setting>(i);
    const Amount& amount = amounts.of[i];
    plan.settings.push_back({setting, amount.value, value_text(setting, amount.value),
                             rule_text(setting, machine, amounts, bounds), bound_text(setting, machine, amount)});
  }
  plan.budget = amounts.budget;
  plan.warnings = plan_warnings(machine, amounts);
  plan.huge_pages_to_reserve = amounts.huge_pages.needed;
  return plan;
}

}  // namespace aza
