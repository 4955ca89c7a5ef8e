#include "pg/governor_utility.h"

#include <algorithm>

#include "core/bytes.h"
#include "pg/governor_grants.h"
#include "pg/governor_settings.h"
#include "pg/growth_guard.h"
#include "pg/guc_record.h"
#include "pg/live_limit.h"
#include "pg/pressure_cancel.h"
#include "pg/session_guard.h"

namespace aza {

namespace {

constexpr int kLeastMaintenanceKb = 1024;  // the server's own lower bound is 64kB; below 1MB an index takes for ever

ProcessUtility_hook_type next_utility;
planner_hook_type next_planner;

bool rewrites(const AlterTableStmt* statement) {
  ListCell* cell;
  foreach (cell, statement->cmds) {
    const AlterTableType kind = lfirst_node(AlterTableCmd, cell)->subtype;
    if (kind == AT_AlterColumnType || kind == AT_AddColumn || kind == AT_AddConstraint || kind == AT_AddIndex ||
        kind == AT_SetLogged || kind == AT_SetUnLogged || kind == AT_SetAccessMethod || kind == AT_SetExpression)
      return true;
  }
  return false;
}

// Whether the statement works with maintenance_work_mem. Those that run a query ask when it runs.
bool needs_maintenance_memory(const Node* statement) {
  switch (nodeTag(statement)) {
    case T_IndexStmt:
    case T_ReindexStmt:
    case T_ClusterStmt:
      return true;
    case T_VacuumStmt:
      return reinterpret_cast<const VacuumStmt*>(statement)->is_vacuumcmd;
    case T_AlterTableStmt:
      return rewrites(reinterpret_cast<const AlterTableStmt*>(statement));
    default:
      return false;
  }
}

bool is_chosen() {
  static const struct config_generic* record = guc_record(Setting::maintenance_work_mem);
  return is_chosen(record, Setting::maintenance_work_mem);
}

// Parallel workers of an index build or a vacuum divide maintenance_work_mem among themselves.
GrantRequest maintenance_request(bool fixed) {
  const int64 capacity = std::max<int64>(1, static_cast<int64>(pg_atomic_read_u64(&governor->capacity)));
  GrantRequest request;
  request.need = maintenance_work_mem * kKiB;
  request.least =
      std::min(capacity, (fixed ? maintenance_work_mem : std::min(maintenance_work_mem, kLeastMaintenanceKb)) * kKiB);
  request.wish = request.most = request.need;
  return request;
}

// Set directly, not as a function's SET clause would: VACUUM and its like commit on their way, which would undo it.
void use_grant(HeldGrant* grant) {
  const int granted_kb = static_cast<int>((grant->bytes + grant->from_reserve) / kKiB);
  if (granted_kb >= maintenance_work_mem) return;
  grant->saved_setting_kb = maintenance_work_mem;
  grant->work_mem_kb = std::max(granted_kb, 64);
  maintenance_work_mem = grant->work_mem_kb;
}

bool is_governed(const PlannedStmt* statement) {
  return governor_on && governor != nullptr && IsUnderPostmaster && !IsParallelWorker() &&
         needs_maintenance_memory(statement->utilityStmt);
}

void ask_for_grant(const PlannedStmt* statement, const void* holder) {
  const bool fixed = is_chosen() && !govern_explicit;
  HeldGrant* grant =
      acquire_grant(holder, maintenance_request(fixed), static_cast<int64>(statement->queryId), held_grants == 0);
  grant->spans_transactions = true;
  if (!fixed) use_grant(grant);
}

void run_next(PlannedStmt* statement, const char* text, bool read_only, ProcessUtilityContext context,
              ParamListInfo params, QueryEnvironment* environment, DestReceiver* destination,
              QueryCompletion* completion) {
  if (next_utility != nullptr)
    next_utility(statement, text, read_only, context, params, environment, destination, completion);
  else
    standard_ProcessUtility(statement, text, read_only, context, params, environment, destination, completion);
}

void run_utility(PlannedStmt* statement, const char* text, bool read_only, ProcessUtilityContext context,
                 ParamListInfo params, QueryEnvironment* environment, DestReceiver* destination,
                 QueryCompletion* completion) {
  apply_new_limits();
  begin_growth();
  CancelReason reason(CancelReason::Around::utility);
  if (!is_governed(statement))
    return run_next(statement, text, read_only, context, params, environment, destination, completion);
  const char holder = 0;
  ask_for_grant(statement, &holder);
  {
    CancelReason of_query;
    run_next(statement, text, read_only, context, params, environment, destination, completion);
  }
  release_grant(&holder);
}

PlannedStmt* plan_query(Query* query, const char* text, int options, ParamListInfo params) {
  apply_new_limits();
  begin_growth();
  check_session_share();
  CancelReason reason(CancelReason::Around::planner);
  return next_planner != nullptr ? next_planner(query, text, options, params)
                                 : standard_planner(query, text, options, params);
}

}  // namespace

void install_utility_hook() {
  next_utility = ProcessUtility_hook;
  ProcessUtility_hook = run_utility;
  next_planner = planner_hook;
  planner_hook = plan_query;
}

}  // namespace aza
