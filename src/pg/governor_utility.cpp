#include "pg/governor_utility.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/grant_need.h"
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
constexpr int kLeastBuildKb = 32 * 1024;

ProcessUtility_hook_type next_utility;
planner_hook_type next_planner;

// Whether rows must be written anew for a column that is added, or an index built: not where the catalogue alone
// remembers it, as a constant default. What it says is not analyzed yet, so in doubt it does.
bool rewrites(const ColumnDef* column) {
  if (column->typeName != nullptr && strstr(strVal(llast(column->typeName->names)), "serial") != nullptr) return true;
  ListCell* cell;
  foreach (cell, column->constraints) {
    const Constraint* constraint = lfirst_node(Constraint, cell);
    switch (constraint->contype) {
      case CONSTR_DEFAULT:
        if (!IsA(constraint->raw_expr, A_Const)) return true;
        break;
      case CONSTR_IDENTITY:
      case CONSTR_GENERATED:
      case CONSTR_PRIMARY:
      case CONSTR_UNIQUE:
        return true;
      default:
        break;
    }
  }
  return false;
}

// A constraint of another kind reads the table, or runs a query, which asks for itself.
bool builds_index(const Constraint* constraint) {
  return (constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE ||
          constraint->contype == CONSTR_EXCLUSION) &&
         constraint->indexname == nullptr;
}

bool needs_maintenance_memory(const AlterTableCmd* command) {
  switch (command->subtype) {
    case AT_AddColumn:
      return rewrites(castNode(ColumnDef, command->def));
    case AT_AddConstraint:
      return builds_index(castNode(Constraint, command->def));
    case AT_AlterColumnType:
    case AT_SetLogged:
    case AT_SetUnLogged:
    case AT_SetAccessMethod:
    case AT_SetExpression:
    case AT_AttachPartition:  // builds the indexes that it lacks
      return true;
    default:
      return false;
  }
}

bool needs_maintenance_memory(const AlterTableStmt* statement) {
  ListCell* cell;
  foreach (cell, statement->cmds)
    if (needs_maintenance_memory(lfirst_node(AlterTableCmd, cell))) return true;
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
      return needs_maintenance_memory(reinterpret_cast<const AlterTableStmt*>(statement));
    default:
      return false;
  }
}

bool is_chosen() {
  static const struct config_generic* record = guc_record(Setting::maintenance_work_mem);
  return is_chosen(record, Setting::maintenance_work_mem);
}

// How many may help: a build gives each process 32MB at least (plan_create_index_workers in planner.c).
int workers_of(const Node* statement) {
  const int allowed = std::min(max_parallel_maintenance_workers, max_parallel_workers);
  if (IsA(statement, VacuumStmt)) return allowed;
  return std::clamp(maintenance_work_mem / kLeastBuildKb - 1, 0, allowed);
}

// The workers divide maintenance_work_mem among themselves; what each begins with comes on top.
GrantRequest maintenance_request(bool fixed, int64 beside) {
  const int64 capacity = std::max<int64>(1, static_cast<int64>(pg_atomic_read_u64(&governor->capacity)));
  GrantRequest request;
  request.need = maintenance_work_mem * kKiB + beside;
  request.least =
      std::min(capacity, (fixed ? maintenance_work_mem : std::min(maintenance_work_mem, kLeastMaintenanceKb)) * kKiB);
  request.wish = request.most = request.need;
  return request;
}

// Set directly, not as a function's SET clause would: VACUUM and its like commit on their way, which would undo it.
void use_grant(HeldGrant* grant, int64 beside) {
  const int64 granted = grant->bytes + grant->from_reserve;
  const int64 left = std::max(granted - beside, std::min(granted, kLeastMaintenanceKb * kKiB));
  if (left >= maintenance_work_mem * kKiB) return;
  grant->saved_setting_kb = maintenance_work_mem;
  grant->work_mem_kb = std::max(static_cast<int>(left / kKiB), 64);
  maintenance_work_mem = grant->work_mem_kb;
}

bool is_governed(const PlannedStmt* statement) {
  return governor_on && governor != nullptr && IsUnderPostmaster && !IsParallelWorker() &&
         needs_maintenance_memory(statement->utilityStmt);
}

void ask_for_grant(const PlannedStmt* statement, const void* holder) {
  const bool fixed = is_chosen() && !govern_explicit;
  const int64 beside = worker_overhead(workers_of(statement->utilityStmt));
  HeldGrant* grant = acquire_grant(holder, maintenance_request(fixed, beside), static_cast<int64>(statement->queryId),
                                   held_grants == 0);
  grant->spans_transactions = true;
  if (!fixed) use_grant(grant, beside);
}

void run_next(PlannedStmt* statement, const char* text, bool read_only, ProcessUtilityContext context,
              ParamListInfo params, QueryEnvironment* environment, DestReceiver* destination,
              QueryCompletion* completion) {
  if (next_utility != nullptr)
    next_utility(statement, text, read_only, context, params, environment, destination, completion);
  else
    standard_ProcessUtility(statement, text, read_only, context, params, environment, destination, completion);
}

[[gnu::hot]] void run_utility(PlannedStmt* statement, const char* text, bool read_only, ProcessUtilityContext context,
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

[[gnu::hot]] PlannedStmt* plan_query(Query* query, const char* text, int options, ParamListInfo params) {
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
