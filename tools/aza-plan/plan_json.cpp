#include "plan_json.h"

#include <nlohmann/json.hpp>

namespace aza {

namespace {

using Json = nlohmann::ordered_json;

Json machine_json(const Machine& machine) {
  return {{"memory_mb", machine.memory_mib},
          {"cpus", machine.cpus},
          {"workload", workload_name(machine.workload)},
          {"storage", storage_name(machine.storage)},
          {"preload_workers", machine.preload_workers}};
}

Json setting_json(const PlannedSetting& planned) {
  Json json = {{"setting", setting_name(planned.setting)}, {"value", planned.value}};
  if (is_size(planned.setting)) json["bytes"] = planned.amount;
  json["rule"] = planned.rule;
  json["bound"] = planned.bound.empty() ? Json(nullptr) : Json(planned.bound);
  return json;
}

Json budget_json(const Budget& budget) {
  return {{"memory", budget.memory},
          {"shared_memory", budget.shared_memory},
          {"connections", budget.connections},
          {"per_connection", budget.per_connection},
          {"reserve", budget.reserve},
          {"headroom", budget.headroom},
          {"connections_that_fit", budget.connections_that_fit}};
}

}  // namespace

std::string plan_as_json(const Plan& plan, const Machine& machine) {
  Json settings = Json::array();
  for (const PlannedSetting& planned : plan.settings) settings.push_back(setting_json(planned));
  const Json json = {{"machine", machine_json(machine)},
                     {"settings", settings},
                     {"budget", budget_json(plan.budget)},
                     {"huge_pages_to_reserve", plan.huge_pages_to_reserve},
                     {"warnings", plan.warnings}};
  return json.dump(2) + "\n";
}

}  // namespace aza
