#include "pg/governor_plan_walk.h"

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

void add(const Walk& at, double rows, int64 row_bytes, bool hashed) {
  at.need->add({expected_bytes(rows, row_bytes), at.processes, hashed});
}

// A sort of one column that is passed by reference counts its array alone, not the values that the array points to
// (tuplesort_putdatum in PostgreSQL 18): measured, a sort of md5 texts holds 2.7 times its work_mem.
int sort_hundredths(const List* columns, int width) {
  if (list_length(columns) != 1) return 100;
  const TargetEntry* column = linitial_node(TargetEntry, columns);
  if (get_typbyval(exprType(reinterpret_cast<const Node*>(column->expr)))) return 100;
  return static_cast<int>((kSortTuple + MAXALIGN(width)) * 100 / kSortTuple);
}

}  // namespace

void add_store(const Walk& at, const Plan* rows_of) {
  add(at, rows_of->plan_rows, rows_of->plan_width + kStoredRow, false);
}

void add_group_table(const Walk& at, double rows, int64 width) {
  add(at, rows, width + kGroupRow, true);
}

void add_table_without_bound(const Walk& at, double rows, int64 width) {
  at.need->add_unbounded(expected_bytes(rows, width + kGroupRow), at.processes);
}

void add_sorted(const Walk& at, double rows, int width, const List* columns) {
  at.need->add({expected_bytes(rows, width + kSortedRow), at.processes, false, sort_hundredths(columns, width)});
}

namespace {

void add_sort(const Walk& at, const Plan* sort) {
  const Plan* rows_of = input(sort);
  // A sort under a Limit keeps twice the rows that are wanted.
  const double rows = at.limit_rows != kNoBound ? std::min(rows_of->plan_rows, 2 * at.limit_rows) : rows_of->plan_rows;
  add_sorted(at, rows, rows_of->plan_width, sort->targetlist);
}

void add_hash(const Walk& at, const Hash* hash) {
  const Plan* rows_of = input(&hash->plan);
  const bool shared = hash->plan.parallel_aware && hash->rows_total > 0;
  const double rows = shared ? hash->rows_total / at.processes : rows_of->plan_rows;
  add(at, rows, rows_of->plan_width + kHashedRow, true);
}

void add_memoize(const Walk& at, const Memoize* memoize) {
  const Plan* rows_of = input(&memoize->plan);
  add_group_table(at, memoize->est_entries * std::max(1.0, rows_of->plan_rows), rows_of->plan_width);
}

double pages_of(const Walk& at, const BitmapIndexScan* scan) {
  const RangeTblEntry* table = list_nth_node(RangeTblEntry, at.planned->rtable, scan->scan.scanrelid - 1);
  const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table->relid));
  if (!HeapTupleIsValid(tuple)) return 0;
  const double pages = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relpages;
  ReleaseSysCache(tuple);
  return pages;
}

// An entry for each page of the table that has such a row.
double bitmap_entries(const Walk& at, const BitmapIndexScan* scan) {
  const double rows = scan->scan.plan.plan_rows;
  if (expected_bytes(rows, kBitmapPage) <= kLeastWorkMemBytes) return rows;  // not worth the look
  const double pages = pages_of(at, scan);
  return pages > 0 ? std::min(rows, pages) : rows;  // 0: nobody has counted them
}

void add_bitmap(const Walk& at, const BitmapIndexScan* scan) {
  // One that processes share is built by one of them.
  const int processes = scan->isshared ? 1 : at.processes;
  at.need->add({expected_bytes(bitmap_entries(at, scan), kBitmapPage), processes, false});
}

}  // namespace

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
        add_table_without_bound(at, static_cast<double>(reinterpret_cast<const SetOp*>(plan)->numGroups),
                                plan->plan_width);
      return;
    case T_RecursiveUnion:
      // Two tuplestores, and for UNION without ALL a hash table of all rows.
      add_store(at, plan);
      add_store(at, plan);
      if (reinterpret_cast<const RecursiveUnion*>(plan)->numCols > 0)
        add_table_without_bound(at, static_cast<double>(reinterpret_cast<const RecursiveUnion*>(plan)->numGroups),
                                plan->plan_width);
      return;
    case T_Material:
    case T_WindowAgg:
      return add_store(at, input(plan));
    case T_FunctionScan:
    case T_TableFuncScan:
      return add_store(at, plan);
    case T_BitmapIndexScan:
      return add_bitmap(at, reinterpret_cast<const BitmapIndexScan*>(plan));
    default:
      return;
  }
}

}  // namespace aza
