// Loads the other preload libraries, after the plan is applied: pg_cron, for one, reads max_connections and
// max_worker_processes when it is loaded.
#pragma once

namespace aza {

// Background workers that the libraries to load start, those of shared_preload_libraries included.
int workers_of_libraries();

// FATAL where a library does not exist. Afterwards shared_preload_libraries says what was loaded.
void load_preload_libraries();

}  // namespace aza
