// The steps of a server's start, in their order: probe, plan, apply, and one line in the log.
#pragma once

#include "pg/tuning.h"

namespace aza {

// Whether this process starts a server in which something is to be tuned: not a single-user one, not pg_upgrade's.
bool starts_a_server();

// FATAL on what a human typed wrong; otherwise it never fails: what cannot be known degrades to "unknown".
void probe();
void make_startup_plan();
void apply_plan();
void log_startup();

}  // namespace aza
