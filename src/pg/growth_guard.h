// From half of the limit on, processes that run queries may take only so much more memory until they are looked at
// again.
//
// A process can take a gigabyte in a second, far faster than any cancel arrives. So the worker sets RLIMIT_DATA of each
// to what it has and what is left for it, again and again (prlimit). Whoever wants more gets no memory from the kernel,
// which the server answers with an error of that one query, SQLSTATE 53200, instead of the kernel with a kill that
// restarts the server. Shared memory does not count towards RLIMIT_DATA.
//
// Only client backends with a running query, and their parallel workers, are ever limited. A process lifts its limit by
// itself before it reports an error, and stays free until it starts the next query: the transaction must be ended. A
// query begins without a limit, so that a worker that hangs leaves nobody limited.
#pragma once

#include "pg/pressure_guard.h"
#include "pg/server_processes.h"

namespace aza {

// The worker's part: whether growth has to be limited from now on, and then, or once more after that, the limits of
// those among `processes` that work for a query. All others are free again.
bool growth_is_limited(const Usage& usage);
void guard_against_growth(const Usage& usage, const ServerProcesses& processes);

// Before a statement, and after an error that a block of code has caught: what an earlier one left is lifted, unless it
// is part of another one, and its process may be limited again. Costs one look at shared memory.
void begin_growth();

// For the rest of this query, which ends with an error. False where this process was not limited.
bool end_growth_limit();

}  // namespace aza
