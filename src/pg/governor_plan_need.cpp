#include "pg/governor_plan_need.h"

#include <algorithm>

#include "pg/governor_plan_walk.h"

namespace aza {

namespace {

void walk(const Plan* plan, Walk at);

void walk_list(List* plans, const Walk& at) {
  ListCell* cell;
  foreach (cell, plans) walk(static_cast<const Plan*>(lfirst(cell)), at);
}

void walk_children(const Plan* plan, const Walk& at) {
  switch (nodeTag(plan)) {
    case T_Append:
      return walk_list(reinterpret_cast<const Append*>(plan)->appendplans, at);
    case T_MergeAppend:
      return walk_list(reinterpret_cast<const MergeAppend*>(plan)->mergeplans, at);
    case T_BitmapAnd:
      return walk_list(reinterpret_cast<const BitmapAnd*>(plan)->bitmapplans, at);
    case T_BitmapOr:
      return walk_list(reinterpret_cast<const BitmapOr*>(plan)->bitmapplans, at);
    case T_SubqueryScan:
      return walk(reinterpret_cast<const SubqueryScan*>(plan)->subplan, at);
    case T_CustomScan:
      return walk_list(reinterpret_cast<const CustomScan*>(plan)->custom_plans, at);
    default:
      return;
  }
}

int processes_of(int workers) {
  return std::min(workers, max_parallel_workers) + (parallel_leader_participation || workers == 0 ? 1 : 0);
}

const Plan* plan_of(const Walk& at, const SubPlan* subplan) {
  return static_cast<const Plan*>(list_nth(at.planned->subplans, subplan->plan_id - 1));
}

// Subplans hang on expressions: who runs those runs them, and "x IN (SELECT ...)" may be a hash table.
bool add_subplan(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, SubPlan)) {
    const Walk& at = *static_cast<const Walk*>(context);
    const SubPlan* subplan = reinterpret_cast<const SubPlan*>(node);
    int& processes = at.subplan_processes[subplan->plan_id - 1];
    processes = std::max(processes, at.processes);
    const Plan* rows_of = plan_of(at, subplan);
    if (subplan->useHashTable && rows_of != nullptr)
      add_table_without_bound(at, rows_of->plan_rows, rows_of->plan_width);
  }
  return expression_tree_walker(node, add_subplan, context);
}

// Conditions and values of one kind of node alone.
Node* own_expressions(const Plan* plan) {
  switch (nodeTag(plan)) {
    case T_NestLoop:
    case T_MergeJoin:
    case T_HashJoin:
      return reinterpret_cast<Node*>(reinterpret_cast<const Join*>(plan)->joinqual);
    case T_Result:
      return reinterpret_cast<const Result*>(plan)->resconstantqual;
    case T_ModifyTable:
      return reinterpret_cast<Node*>(reinterpret_cast<const ModifyTable*>(plan)->returningLists);
    case T_ValuesScan:
      return reinterpret_cast<Node*>(reinterpret_cast<const ValuesScan*>(plan)->values_lists);
    case T_FunctionScan:
      return reinterpret_cast<Node*>(reinterpret_cast<const FunctionScan*>(plan)->functions);
    default:
      return nullptr;
  }
}

// What WITH keeps for all who read it: the rows of its own plan.
void add_with_stores(const Walk& at, const List* init_plans) {
  ListCell* cell;
  foreach (cell, init_plans) {
    const SubPlan* subplan = lfirst_node(SubPlan, cell);
    const Plan* rows_of = plan_of(at, subplan);
    if (subplan->subLinkType == CTE_SUBLINK && rows_of != nullptr) add_store(at, rows_of);
  }
}

void add_subplans(const Plan* plan, Walk& at) {
  add_subplan(reinterpret_cast<Node*>(plan->qual), &at);
  add_subplan(reinterpret_cast<Node*>(plan->targetlist), &at);
  add_subplan(own_expressions(plan), &at);
  add_with_stores(at, plan->initPlan);
}

// Of LIMIT or OFFSET; kNoBound: not known before the query runs.
double constant_rows(const Node* count, double without) {
  if (count == nullptr) return without;
  if (!IsA(count, Const)) return kNoBound;
  const Const* constant = reinterpret_cast<const Const*>(count);
  return constant->constisnull ? without : static_cast<double>(DatumGetInt64(constant->constvalue));
}

// As the executor bounds a sort (compute_tuples_needed in nodeLimit.c): rows that are skipped count, and WITH TIES may
// want any number.
double rows_wanted_by(const Limit* limit) {
  if (limit->limitOption == LIMIT_OPTION_WITH_TIES) return kNoBound;
  const double rows = constant_rows(limit->limitCount, kNoBound);
  const double skipped = constant_rows(limit->limitOffset, 0);
  return rows < 0 || skipped < 0 ? kNoBound : rows + skipped;
}

// What is wanted of the node's input, as ExecSetTupleBound() in execProcnode.c hands it down.
double rows_wanted_below(const Plan* plan, double wanted) {
  switch (nodeTag(plan)) {
    case T_Limit:
      return rows_wanted_by(reinterpret_cast<const Limit*>(plan));
    case T_Append:
    case T_MergeAppend:
    case T_Result:
    case T_Gather:
    case T_GatherMerge:
      return wanted;
    case T_SubqueryScan:
      return plan->qual == NIL ? wanted : kNoBound;
    default:
      return kNoBound;
  }
}

void walk(const Plan* plan, Walk at) {
  if (plan == nullptr) return;
  add_node(plan, at);
  if (at.subplan_processes != nullptr) add_subplans(plan, at);
  at.limit_rows = rows_wanted_below(plan, at.limit_rows);
  if (IsA(plan, Gather)) at.processes = processes_of(reinterpret_cast<const Gather*>(plan)->num_workers);
  if (IsA(plan, GatherMerge)) at.processes = processes_of(reinterpret_cast<const GatherMerge*>(plan)->num_workers);
  walk(plan->lefttree, at);
  walk(plan->righttree, at);
  walk_children(plan, at);
}

// A subplan comes after those within it, so who runs it is known once all after it were seen.
void walk_subplans(Walk at) {
  const int count = list_length(at.planned->subplans);
  for (int i = count - 1; i >= 0; i--) {
    at.processes = std::max(1, at.subplan_processes[i]);
    walk(static_cast<const Plan*>(list_nth(at.planned->subplans, i)), at);
  }
}

// What most statements are: a look at a table by one of its indexes, perhaps in its order, cut off or changed.
bool is_plain(const Plan* plan) {
  for (; plan != nullptr; plan = plan->lefttree) {
    switch (nodeTag(plan)) {
      case T_IndexScan:
      case T_IndexOnlyScan:
      case T_SeqScan:
      case T_TidScan:
      case T_Result:
      case T_Limit:
      case T_LockRows:
      case T_ModifyTable:
        break;
      default:
        return false;
    }
  }
  return true;
}

}  // namespace

[[gnu::hot]] bool is_plain(const PlannedStmt* planned) {
  return planned->subplans == NIL && is_plain(planned->planTree);
}

bool plan_need(const PlannedStmt* planned, PlanNeed& need) {
  Walk at = {&need, planned, nullptr, 1, kNoBound};
  if (planned->subplans != NIL)
    at.subplan_processes = static_cast<int*>(palloc0(sizeof(int) * list_length(planned->subplans)));
  walk(planned->planTree, at);
  walk_subplans(at);
  if (at.subplan_processes != nullptr) pfree(at.subplan_processes);
  return need.count > 0 || need.unbounded > 0;
}

}  // namespace aza
