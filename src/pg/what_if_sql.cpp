// aza_plan(): the plan for any machine, by the same code that tunes this one. Works without preloading, too.
#include "pg/core_calls.h"
#include "pg/guc_record.h"
#include "pg/result_rows.h"

extern "C" {
PG_FUNCTION_INFO_V1(aza_plan);
}

namespace aza {

namespace {

constexpr int kMostCpus = 4096;

const char* text_argument(FunctionCallInfo fcinfo, int argument) {
  return PG_ARGISNULL(argument) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

// The running machine, or where nothing was tuned what can be detected now.
Machine this_machine() {
  if (tuning.active) return tuning.machine;
  auto* answer = static_cast<ProbeAnswer*>(palloc(sizeof(ProbeAnswer)));
  const Said nothing = {nullptr, nullptr, nullptr, nullptr, "/"};
  probe_machine(nothing, "", *answer);
  Machine machine;
  machine.memory_mib = answer->found.memory_mib;
  machine.cpus = answer->found.cpus;
  return machine;
}

// What belongs to this machine alone says nothing about another.
void leave_this_machine(Machine& machine) {
  machine.wal_free_bytes.reset();
  machine.huge_pages = HugePages{};
  machine.standby.reset();
}

void set_memory(Machine& machine, const char* text) {
  if (text == nullptr) return;
  MemoryAnswer answer;
  parse_memory_text("memory", text, answer);
  raise_if_set(answer.error, ERROR);
  machine.memory_mib = answer.mib;
  leave_this_machine(machine);
}

void set_cpus(Machine& machine, int cpus) {
  if (cpus < 1 || cpus > kMostCpus)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for cpus: %d", cpus),
                    errhint("Use a number from 1 to %d.", kMostCpus)));
  machine.cpus = cpus;
}

void set_profile(Machine& machine, const char* workload, const char* storage) {
  ProfileAnswer answer;
  parse_profile({"workload", workload, "storage", storage}, answer);
  raise_if_set(answer.error, ERROR);
  if (workload != nullptr) machine.workload = answer.workload;
  if (storage != nullptr) machine.storage = answer.storage;
}

}  // namespace

}  // namespace aza

Datum aza_plan(PG_FUNCTION_ARGS) {
  aza::Machine machine = aza::this_machine();
  aza::set_memory(machine, aza::text_argument(fcinfo, 0));
  if (!PG_ARGISNULL(1)) aza::set_cpus(machine, PG_GETARG_INT32(1));
  aza::set_profile(machine, aza::text_argument(fcinfo, 2), aza::text_argument(fcinfo, 3));
  auto* plan = static_cast<aza::PlainPlan*>(palloc(sizeof(aza::PlainPlan)));
  aza::plan_for(machine, aza::server_bounds(), *plan);
  for (const auto& warning : plan->warnings) ereport(WARNING, (errmsg("%s", warning.c_str())));
  InitMaterializedSRF(fcinfo, 0);
  for (const aza::PlanRow& row : plan->settings)
    aza::Row<4>()
        .text(aza::setting_name(row.setting))
        .text(row.value.c_str())
        .text(row.rule.c_str())
        .text_or_null(row.bound.c_str())
        .put(fcinfo);
  return static_cast<Datum>(0);
}
