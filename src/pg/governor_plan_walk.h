// A walk over a plan tree that sums up what its nodes need.
#pragma once

#include "core/grant_need.h"
#include "pg/backend_api.h"

namespace aza {

constexpr double kNoBound = -1;

struct Walk {
  PlanNeed* need;
  const PlannedStmt* planned;
  int* subplan_processes;  // of each of the statement's subplans, those that run it; null without any
  int processes;
  double limit_rows;  // that a Limit above wants of this node; kNoBound: there is none, or nobody knows
};

// What the nodes read.
inline const Plan* input(const Plan* plan) {
  return plan->lefttree != nullptr ? plan->lefttree : plan;
}

// Each adds what so many rows take, which are `width` bytes wide, or as wide as those of a plan.
void add_store(const Walk& at, const Plan* rows_of);
void add_sorted(const Walk& at, double rows, int width, const List* columns);
void add_group_table(const Walk& at, double rows, int64 width);
// A table of groups that never spills: the planner only chooses it where it expects it to fit.
void add_table_without_bound(const Walk& at, double rows, int64 width);

void add_agg(const Walk& at, const Agg* agg);

// The node alone, without its children and its expressions; adds nothing where it holds no memory.
void add_node(const Plan* plan, const Walk& at);

}  // namespace aza
