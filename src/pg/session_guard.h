// What sessions keep between their statements: above all the plans of prepared statements. No cancel frees it, and many
// sessions that each keep a few megabytes more are as large as one query that takes it all at once.
//
// So where next to nothing is left, a session that keeps more than its share (core/growth_limit.h) plans no further
// statement: an error, SQLSTATE 53200. What has been planned already still runs, so that nobody loses a connection.
#pragma once

#include "pg/pressure_guard.h"

namespace aza {

// The worker's part.
void guard_against_sessions(const Usage& usage);

// Before a statement is planned. Costs one look at shared memory, and near the limit one at /proc/self/statm.
void check_session_share();

}  // namespace aza
