#include "pg/governor_plan_need.h"

#include <algorithm>

namespace aza {

namespace {

// What the server's structures add to a row, after PostgreSQL 18's sources: a MinimalTuple's header with its chunk and
// slot in the store's array; in a sort's array, which grows by doubling; the same with a hash chain and its bucket; an
// entry of an aggregate's hash table with the group's state; a page's entry in a bitmap.
constexpr int64 kStoredRow = 40;
constexpr int64 kSortedRow = 72;
constexpr int64 kHashedRow = 56;
constexpr int64 kGroupRow = 104;
constexpr int64 kSortTuple = 24;  // all that a sort of one column counts of a row
constexpr int64 kBitmapPage = 56;
// Of a row that an aggregate's state keeps, beside its width, which is rounded up to a power of 2: a chunk's header,
// and a place in an array that doubles.
constexpr int64 kKeptRow = 24;

struct Walk {
  PlanNeed* need;
  const PlannedStmt* planned;
  int processes;
  double limit_rows;  // that a Limit right above wants of its input; 0: there is none, or nobody knows
};

void walk(const Plan* plan, Walk at);

void add(const Walk& at, double rows, int64 row_bytes, bool hashed) {
  at.need->add({expected_bytes(rows, row_bytes), at.processes, hashed});
}

const Plan* input(const Plan* plan) {
  return plan->lefttree != nullptr ? plan->lefttree : plan;
}

void add_store(const Walk& at, const Plan* rows_of) {
  add(at, rows_of->plan_rows, rows_of->plan_width + kStoredRow, false);
}

// A sort of one column that is passed by reference counts its array alone, not the values that the array points to
// (tuplesort_putdatum in PostgreSQL 18): measured, a sort of md5 texts holds 2.7 times its work_mem.
int sort_hundredths(const List* columns, int width) {
  if (list_length(columns) != 1) return 100;
  const TargetEntry* column = linitial_node(TargetEntry, columns);
  if (get_typbyval(exprType(reinterpret_cast<const Node*>(column->expr)))) return 100;
  return static_cast<int>((kSortTuple + MAXALIGN(width)) * 100 / kSortTuple);
}

void add_sorted(const Walk& at, double rows, int width, const List* columns) {
  at.need->add({expected_bytes(rows, width + kSortedRow), at.processes, false, sort_hundredths(columns, width)});
}

void add_sort(const Walk& at, const Plan* sort) {
  const Plan* rows_of = input(sort);
  // A sort under a Limit keeps twice the rows that are wanted.
  const double rows = at.limit_rows > 0 ? std::min(rows_of->plan_rows, 2 * at.limit_rows) : rows_of->plan_rows;
  add_sorted(at, rows, rows_of->plan_width, sort->targetlist);
}

void add_hash(const Walk& at, const Hash* hash) {
  const Plan* rows_of = input(&hash->plan);
  const bool shared = hash->plan.parallel_aware && hash->rows_total > 0;
  const double rows = shared ? hash->rows_total / at.processes : rows_of->plan_rows;
  add(at, rows, rows_of->plan_width + kHashedRow, true);
}

// What the aggregates of one node are fed with.
struct Aggregation {
  const Walk* at;
  int width;
  int sorts;           // side by side
  double sorted_rows;  // by each
  double kept_rows;    // by states that keep all
  int copies;
};

// Sorted by an aggregate with DISTINCT or ORDER BY itself, where the planner has not sorted for it.
void add_own_sorts(const Aggref* aggregate, const Aggregation& of) {
  if (aggregate->aggpresorted || (aggregate->aggdistinct == NIL && aggregate->aggorder == NIL)) return;
  for (int i = 0; i < of.sorts; i++) add_sorted(*of.at, of.sorted_rows, of.width, aggregate->args);
}

// Whether the state of an aggregate keeps every row, as that of array_agg(), string_agg() and json_agg() does:
// pg_aggregate says of all other internal states how much space they take.
bool keeps_rows(const Aggref* aggregate) {
  if (aggregate->aggtranstype != INTERNALOID || AGGKIND_IS_ORDERED_SET(aggregate->aggkind)) return false;
  const HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate->aggfnoid));
  if (!HeapTupleIsValid(tuple)) return false;
  const bool keeps = reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple))->aggtransspace == 0;
  ReleaseSysCache(tuple);
  return keeps;
}

int64 values_width(const Aggref* aggregate) {
  int64 width = 0;
  ListCell* cell;
  foreach (cell, aggregate->args) {
    const Node* value = reinterpret_cast<const Node*>(lfirst_node(TargetEntry, cell)->expr);
    if (IsA(value, Const)) continue;  // such as the delimiter of string_agg()
    width += get_typavgwidth(exprType(value), exprTypmod(value));
  }
  return width;
}

void add_kept_rows(const Aggref* aggregate, const Aggregation& of) {
  if (!keeps_rows(aggregate)) return;
  const int64 row_bytes = of.copies * (2 * values_width(aggregate) + kKeptRow);
  of.at->need->add_unbounded(expected_bytes(of.kept_rows, row_bytes), of.at->processes);
}

bool add_aggregates(Node* node, void* context) {
  if (node == nullptr) return false;
  if (!IsA(node, Aggref)) return expression_tree_walker(node, add_aggregates, context);
  const Aggregation& of = *static_cast<const Aggregation*>(context);
  add_own_sorts(reinterpret_cast<const Aggref*>(node), of);
  add_kept_rows(reinterpret_cast<const Aggref*>(node), of);
  return false;
}

// All groups are there at the same time where the node hashes, else one. Grouping sets are sorted side by side, and one
// of them may have a single group.
void add_aggregates_of(const Walk& at, const Agg* agg) {
  const Plan* rows_of = input(&agg->plan);
  const double rows = rows_of->plan_rows;
  const double groups = std::max(1.0, static_cast<double>(agg->numGroups));
  const int sets = std::max(1, list_length(agg->groupingSets));
  const bool together = agg->aggstrategy == AGG_HASHED || agg->aggstrategy == AGG_MIXED;
  // A parallel worker also holds what it sends to the leader, in pieces and as a whole, and the leader has all of it
  // once more: measured, an array_agg() of texts takes ten times as much with a worker as without.
  const int copies = DO_AGGSPLIT_SERIALIZE(agg->aggsplit) ? 10 : 1;
  Aggregation of = {&at,   rows_of->plan_width, sets, sets > 1 ? rows : rows / groups, together ? rows : rows / groups,
                    copies};
  expression_tree_walker(reinterpret_cast<Node*>(agg->plan.targetlist), add_aggregates, &of);
  expression_tree_walker(reinterpret_cast<Node*>(agg->plan.qual), add_aggregates, &of);
}

void add_agg(const Walk& at, const Agg* agg) {
  add_aggregates_of(at, agg);
  const int64 state = static_cast<int64>(agg->transitionSpace) + kGroupRow;
  if (agg->aggstrategy == AGG_HASHED || agg->aggstrategy == AGG_MIXED)
    add(at, static_cast<double>(agg->numGroups), input(&agg->plan)->plan_width + state, true);
  ListCell* cell;
  foreach (cell, agg->chain) {
    const Agg* link = lfirst_node(Agg, cell);
    if (link->aggstrategy == AGG_HASHED)
      add(at, static_cast<double>(link->numGroups), input(&agg->plan)->plan_width + state, true);
    else if (link->plan.lefttree != nullptr)
      add_store(at, input(&agg->plan));
  }
}

void add_memoize(const Walk& at, const Memoize* memoize) {
  const Plan* rows_of = input(&memoize->plan);
  add(at, memoize->est_entries * std::max(1.0, rows_of->plan_rows), rows_of->plan_width + kGroupRow, true);
}

void add_node(const Plan* plan, const Walk& at) {
  switch (nodeTag(plan)) {
    case T_Sort:
    case T_IncrementalSort:
      return add_sort(at, plan);
    case T_Hash:
      return add_hash(at, reinterpret_cast<const Hash*>(plan));
    case T_Agg:
      return add_agg(at, reinterpret_cast<const Agg*>(plan));
    case T_Memoize:
      return add_memoize(at, reinterpret_cast<const Memoize*>(plan));
    case T_SetOp:
      if (reinterpret_cast<const SetOp*>(plan)->strategy == SETOP_HASHED)
        add(at, static_cast<double>(reinterpret_cast<const SetOp*>(plan)->numGroups), plan->plan_width + kGroupRow,
            true);
      return;
    case T_RecursiveUnion:
      // Two tuplestores, and for UNION without ALL a hash table of all rows.
      add_store(at, plan);
      add_store(at, plan);
      if (reinterpret_cast<const RecursiveUnion*>(plan)->numCols > 0)
        add(at, static_cast<double>(reinterpret_cast<const RecursiveUnion*>(plan)->numGroups),
            plan->plan_width + kGroupRow, true);
      return;
    case T_Material:
    case T_WindowAgg:
      return add_store(at, input(plan));
    case T_CteScan:
    case T_FunctionScan:
    case T_TableFuncScan:
      return add_store(at, plan);
    case T_BitmapIndexScan:
      return add(at, plan->plan_rows, kBitmapPage, false);
    default:
      return;
  }
}

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

// Hash tables of "x IN (SELECT ...)": they hang on expressions, which are looked at only where the plan has subplans.
bool add_hashed_subplans(Node* node, void* context) {
  if (node == nullptr) return false;
  if (IsA(node, SubPlan)) {
    const Walk& at = *static_cast<const Walk*>(context);
    const SubPlan* subplan = reinterpret_cast<const SubPlan*>(node);
    const Plan* rows_of = static_cast<const Plan*>(list_nth(at.planned->subplans, subplan->plan_id - 1));
    if (subplan->useHashTable && rows_of != nullptr) add(at, rows_of->plan_rows, rows_of->plan_width + kGroupRow, true);
  }
  return expression_tree_walker(node, add_hashed_subplans, context);
}

// Of LIMIT or OFFSET; -1: not known before the query runs.
double constant_rows(const Node* count, double without) {
  if (count == nullptr) return without;
  if (!IsA(count, Const)) return -1;
  const Const* constant = reinterpret_cast<const Const*>(count);
  return constant->constisnull ? without : static_cast<double>(DatumGetInt64(constant->constvalue));
}

// As the executor bounds a sort (compute_tuples_needed in nodeLimit.c): rows that are skipped count, and WITH TIES may
// want any number.
double rows_wanted_by(const Limit* limit) {
  if (limit->limitOption == LIMIT_OPTION_WITH_TIES) return 0;
  const double rows = constant_rows(limit->limitCount, -1);
  const double skipped = constant_rows(limit->limitOffset, 0);
  return rows < 0 || skipped < 0 ? 0 : rows + skipped;
}

void walk(const Plan* plan, Walk at) {
  if (plan == nullptr) return;
  add_node(plan, at);
  if (at.planned->subplans != NIL) {
    add_hashed_subplans(reinterpret_cast<Node*>(plan->qual), &at);
    add_hashed_subplans(reinterpret_cast<Node*>(plan->targetlist), &at);
  }
  at.limit_rows = IsA(plan, Limit) ? rows_wanted_by(reinterpret_cast<const Limit*>(plan)) : 0;
  if (IsA(plan, Gather)) at.processes = processes_of(reinterpret_cast<const Gather*>(plan)->num_workers);
  if (IsA(plan, GatherMerge)) at.processes = processes_of(reinterpret_cast<const GatherMerge*>(plan)->num_workers);
  walk(plan->lefttree, at);
  walk(plan->righttree, at);
  walk_children(plan, at);
}

}  // namespace

bool plan_need(const PlannedStmt* planned, PlanNeed& need) {
  need.count = 0;
  need.unbounded = 0;
  const Walk at = {&need, planned, 1, 0};
  walk(planned->planTree, at);
  if (planned->subplans != NIL) walk_list(planned->subplans, at);
  return need.count > 0 || need.unbounded > 0;
}

}  // namespace aza
