// Follows the limits while the server runs: the worker publishes what it reads, and each process makes its own plan of
// it before its next statement.
//
// A value is set with the rank of the plan's, as a reload would: ALTER ROLE, SET and what a human wrote go on winning,
// and a transaction that fails does not undo it.
#pragma once

#include "pg/tuning.h"

namespace aza {

// The worker's part: reads the limits, and publishes them where they have changed, which is the answer.
bool follow_limits();

// Every other process's part. Cheap where nothing has changed.
void apply_new_limits();

}  // namespace aza
