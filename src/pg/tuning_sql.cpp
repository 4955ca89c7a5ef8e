// aza_tuning_report(), aza_detection(), aza_memory_budget() and aza_tuning_conf().
#include "pg/core_calls.h"
#include "pg/governor_shared.h"
#include "pg/result_rows.h"
#include "pg/setting_report.h"

extern "C" {
PG_FUNCTION_INFO_V1(aza_tuning_report);
PG_FUNCTION_INFO_V1(aza_detection);
PG_FUNCTION_INFO_V1(aza_memory_budget);
PG_FUNCTION_INFO_V1(aza_tuning_conf);
}

namespace aza {

void require_tuning(const char* function) {
  if (tuning.active) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                  errmsg("%s() needs aza_autoconf to be loaded when the server starts", function),
                  errhint("Put this line into postgresql.conf and restart the server: "
                          "shared_preload_libraries = 'aza_autoconf'")));
}

void require_monitor(const char* function) {
  require_tuning(function);
  if (may_see_sources()) return;
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for function %s", function),
                  errdetail("Only roles with privileges of the role \"pg_monitor\" may call it.")));
}

namespace {

// The reason's width in the report: setting, value, planned, status and reason together fill a line of 120 columns.
constexpr size_t kReasonWidth = 46;

// Breaks `text` at spaces into lines of at most kReasonWidth bytes, in place.
void wrap_lines(char* text) {
  char* line = text;
  while (strlen(line) > kReasonWidth) {
    char* space = line + kReasonWidth;
    while (space > line && *space != ' ') space--;
    if (space == line) return;
    *space = '\n';
    line = space + 1;
  }
}

char* reason_of(const PlanRow& row) {
  char* reason =
      row.bound.empty() ? pstrdup(row.rule.c_str()) : psprintf("%s; %s", row.rule.c_str(), row.bound.c_str());
  wrap_lines(reason);
  return reason;
}

void put_setting(FunctionCallInfo fcinfo, const PlanRow& row, bool sources) {
  struct config_generic* record = guc_record(row.setting);
  if (record == nullptr) return;
  const Status status = status_now(row, record);
  Text<320> holder;
  holder_of(row, status, record, holder);
  Text<32> server_default;
  words_for(row.setting, guc_bounds(row.setting).server_default, server_default);
  Row<9>()
      .text(record->name)
      .text(ShowGUCOption(record, true))
      .text(row.value.c_str())
      .text(status_name(status))
      .text(reason_of(row))
      .text_or_null(sources ? holder.c_str() : nullptr)
      .text(server_default.c_str())
      .text(GucContext_Names[record->context])
      .boolean(waits_for_restart(row, record))
      .put(fcinfo);
}

void put_bytes(FunctionCallInfo fcinfo, const char* item, int64 bytes, const char* remark) {
  Text<32> pretty;
  pretty_bytes(bytes, pretty);
  Row<4>().text(item).bigint(bytes).text(pretty.c_str()).text(remark).put(fcinfo);
}

void put_fact(FunctionCallInfo fcinfo, const FactRow& fact, bool sources) {
  Row<4>()
      .text(fact.name.c_str())
      .text(fact.value.c_str())
      .text_or_null(sources ? fact.source.c_str() : nullptr)
      .text_or_null(sources ? fact.remark.c_str() : nullptr)
      .put(fcinfo);
}

// As it is just now: measured, not planned.
void put_pool(FunctionCallInfo fcinfo) {
  Measured measured;
  int64 capacity = 0;
  int64 granted = 0;
  {
    GovernorLock lock;
    measured = governor->measured;
    capacity = pool_rules().capacity;
    granted = governor->use.granted;
  }
  put_bytes(fcinfo, "in use now", measured.working_set,
            measured.group ? "working set of the control group" : "anonymous memory of the server's processes");
  put_bytes(fcinfo, "idle backend now", measured.idle_backend, "average of what idle connections really hold");
  put_bytes(fcinfo, "for queries now", capacity, "what there is to deal out, by what is really in use");
  put_bytes(fcinfo, "granted now", granted, "see aza_memory_grants()");
}

// A second opinion, asked for here: it costs more than the whole start.
void put_library_facts(FunctionCallInfo fcinfo, bool sources) {
  if (strcmp(what_humans_said().root, "/") != 0) return;
  auto* facts = static_cast<LibraryFacts*>(palloc(sizeof(LibraryFacts)));
  ask_library(*facts);
  for (const FactRow& fact : *facts) put_fact(fcinfo, fact, sources);
}

// What the server really shares, where the formula only estimates it; the rest as the budget's formula says.
void put_budget(FunctionCallInfo fcinfo) {
  BudgetAnswer answer;
  budget_for(tuning.machine.memory_mib, guc_amount(guc_record(Setting::shared_buffers)), MaxConnections,
             tuning.machine.cpus, answer);
  const Budget& budget = answer.budget;
  const int64 shared = guc_amount(guc_record("shared_memory_size"));
  const int64 connections = budget.connections * budget.per_connection;
  put_bytes(fcinfo, "memory", budget.memory, "what the plan was made for");
  put_bytes(fcinfo, "shared memory", shared, "shared_buffers and everything else that the server shares");
  put_bytes(fcinfo, "per connection", budget.per_connection, "what an idle backend keeps for itself");
  put_bytes(fcinfo, "connections", connections, psprintf("max_connections = %d, all of them idle", MaxConnections));
  put_bytes(fcinfo, "reserve", budget.reserve, "background processes, kernel and page cache");
  put_bytes(fcinfo, "headroom", budget.memory - shared - connections - budget.reserve,
            answer.warning.empty() ? "left for queries" : answer.warning.c_str());
  put_pool(fcinfo);
}

}  // namespace

}  // namespace aza

Datum aza_tuning_report(PG_FUNCTION_ARGS) {
  aza::require_tuning("aza_tuning_report");
  InitMaterializedSRF(fcinfo, 0);
  const bool sources = aza::may_see_sources();
  for (const aza::PlanRow& row : aza::tuning.plan.settings) aza::put_setting(fcinfo, row, sources);
  return static_cast<Datum>(0);
}

Datum aza_detection(PG_FUNCTION_ARGS) {
  aza::require_tuning("aza_detection");
  InitMaterializedSRF(fcinfo, 0);
  const bool sources = aza::may_see_sources();
  for (const aza::FactRow& fact : aza::tuning.found.facts) aza::put_fact(fcinfo, fact, sources);
  aza::put_library_facts(fcinfo, sources);
  return static_cast<Datum>(0);
}

Datum aza_memory_budget(PG_FUNCTION_ARGS) {
  aza::require_tuning("aza_memory_budget");
  InitMaterializedSRF(fcinfo, 0);
  aza::put_budget(fcinfo);
  return static_cast<Datum>(0);
}

Datum aza_tuning_conf([[maybe_unused]] PG_FUNCTION_ARGS) {
  aza::require_tuning("aza_tuning_conf");
  auto* text = static_cast<aza::ConfText*>(palloc(sizeof(aza::ConfText)));
  aza::conf_text_for(aza::tuning.machine, aza::server_bounds(), *text);
  PG_RETURN_TEXT_P(cstring_to_text(text->c_str()));
}
