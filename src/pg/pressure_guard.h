// One look at the memory really in use, and what follows from it.
#pragma once

#include "pg/governor_shared.h"

namespace aza {

inline constexpr int64 kPressedPercent = 90;   // no grant is raised any more
inline constexpr int64 kCriticalPercent = 95;  // waiting does not help any more

// A client backend with its parallel workers.
struct Holder {
  int pid;
  int number;  // of its PGPROC
  int64 bytes;
  int64 query_bytes;  // above what an idle one holds
  bool running;
};

struct Look {
  bool group;     // measured on the group
  int64 percent;  // working set of the limit
  int64 working_set;
  int64 limit;
  Holder largest;  // pid 0: no query is running
};

// The group's working set in percent of the limit, without looking at any process; 0 where there is no group.
int64 percent_in_use();

// Measures, writes the result down for all and serves the line. Allocates in the current context.
Look take_look();

// Cancels the query with the largest real memory, or logs, by aza.pressure_action.
void guard_against_pressure(const Look& look);

}  // namespace aza
