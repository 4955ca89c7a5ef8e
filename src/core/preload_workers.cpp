// Background workers that preload libraries start, after their sources and documentation: what they register while the
// server starts, and what those start by themselves. What a person asks for on top is not counted.
#include "core/plan.h"

namespace aza {

namespace {

struct Library {
  std::string_view name;
  int workers;
};

constexpr int kUnknownLibrary = 1;

constexpr Library kLibraries[] = {
    {"auth_delay", 0},
    {"auto_explain", 0},
    {"aza_autoconf", 0},
    {"bg_mon", 1},
    {"citus", 1},  // the maintenance daemon of one database
    {"credcheck", 0},
    {"passwordcheck", 0},
    {"pg_cron", 1},  // the launcher; jobs are connections unless cron.use_background_workers is on
    {"pg_failover_slots", 1},
    {"pg_hint_plan", 0},
    {"pg_net", 1},
    {"pg_partman_bgw", 2},  // the master, and one at a time for each database in its list
    {"pg_prewarm", 2},      // the autoprewarm leader, and its worker for one database at a time
    {"pg_qualstats", 0},
    {"pg_show_plans", 0},
    {"pg_squeeze", 2},  // scheduler and worker of one database
    {"pg_stat_kcache", 0},
    {"pg_stat_monitor", 0},
    {"pg_stat_statements", 0},
    {"pg_wait_sampling", 1},
    {"pgaudit", 0},
    {"pgautofailover", 1},
    {"pglogical", 3},  // supervisor, and manager and apply worker of one database
    {"pgsodium", 0},
    {"plan_filter", 0},
    {"plpgsql_check", 0},
    {"plprofiler", 0},
    {"powa", 1},
    {"safeupdate", 0},
    {"sepgsql", 0},
    {"set_user", 0},
    {"supabase_vault", 0},
    {"supautils", 0},
    {"timescaledb", 17},  // the launcher, and timescaledb.max_background_workers, 16 unless a human changed it
    {"worker_spi", 2},
};

}  // namespace

int preload_workers(std::string_view library) {
  for (const Library& known : kLibraries) {
    if (known.name == library) return known.workers;
  }
  return kUnknownLibrary;
}

}  // namespace aza
