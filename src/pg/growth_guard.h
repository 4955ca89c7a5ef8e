// Near the limit, processes that run queries may take only so much more memory until they are looked at again.
//
// A process can take a gigabyte in a second, far faster than any cancel arrives. So once three quarters of the limit
// are in use the worker sets RLIMIT_DATA of each to what it has and its share of what is left, again and again
// (prlimit). Whoever wants more gets no memory from the kernel, which the server answers with an error of that one
// query, SQLSTATE 53200, instead of the kernel with a kill that restarts the server. Shared memory does not count
// towards RLIMIT_DATA.
//
// Only client backends with a running query, and their parallel workers, are ever limited. A process lifts its limit by
// itself before it reports an error and when it starts the next query, so that a worker that hangs leaves nobody
// limited.
#pragma once

#include "pg/pressure_guard.h"

namespace aza {

// The worker's part. Allocates in the current context.
void guard_against_growth(const Usage& usage);

// Before a statement that is not part of another one: what an earlier one left. Costs one read of shared memory.
void lift_stale_growth_limit();

// This process may grow freely again; false where it was not limited.
bool lift_own_growth_limit();

}  // namespace aza
