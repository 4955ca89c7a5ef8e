#include "pg/governor_plan_walk.h"

#include <algorithm>

namespace aza {

namespace {

// Of a row that an aggregate's state keeps, beside its width, which is rounded up to a power of 2: a chunk's header,
// and a place in an array that doubles.
constexpr int64 kKeptRow = 24;

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

}  // namespace

void add_agg(const Walk& at, const Agg* agg) {
  add_aggregates_of(at, agg);
  const Plan* rows_of = input(&agg->plan);
  const int64 width = rows_of->plan_width + static_cast<int64>(agg->transitionSpace);
  if (agg->aggstrategy == AGG_HASHED || agg->aggstrategy == AGG_MIXED)
    add_group_table(at, static_cast<double>(agg->numGroups), width);
  ListCell* cell;
  foreach (cell, agg->chain) {
    const Agg* link = lfirst_node(Agg, cell);
    if (link->aggstrategy == AGG_HASHED)
      add_group_table(at, static_cast<double>(link->numGroups), width);
    else if (link->plan.lefttree != nullptr)
      add_store(at, rows_of);
  }
}

}  // namespace aza
