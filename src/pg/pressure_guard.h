// One look at the memory really in use, and what follows from it.
#pragma once

#include "pg/server_processes.h"

namespace aza {

inline constexpr int64 kPressedPercent = 90;   // no grant is raised any more
inline constexpr int64 kCriticalPercent = 95;  // waiting does not help any more

// A client backend with its parallel workers.
struct Holder {
  int pid;
  int number;  // of its PGPROC
  int64 bytes;
  int64 query_bytes;  // of these, what its query has taken: above what an idle one holds, or it held itself
};

// Of the group, in bytes and in percent of the limit. 0 where there is no group.
struct Usage {
  bool group;
  GroupUse use;
  int64 percent;
  int64 working_set;
  int64 limit;
};

// By backend: what it and its workers hold.
struct Tally {
  int64* of_backend;  // [slots]
  bool* running;
  int64 all;
  int64 covered;  // by grants
  int64 idle_backend;
};

struct Look {
  Usage usage;
  Tally tally;
};

// Without looking at any process.
Usage read_usage();

// Of all the server's processes: writes down for all what they hold and serves the line. Allocates in the current
// context.
Look take_look(const Usage& usage, const ServerProcesses& all);

// Cancels the queries with the largest real memory, or logs, by aza.pressure_action.
void guard_against_pressure(const Look& look);

}  // namespace aza
