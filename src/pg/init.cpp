// Entry point of the library: only a list of steps.
#include "pg/advice_gather.h"
#include "pg/governor.h"
#include "pg/postgres_api.h"
#include "pg/preload.h"
#include "pg/settings.h"
#include "pg/startup.h"

extern "C" {
PG_MODULE_MAGIC_EXT(.name = "aza_autoconf", .version = AZA_VERSION);
PGDLLEXPORT void _PG_init(void);
}

namespace {

void tune_server() {
  aza::tuning.mode = aza::mode_said();
  aza::probe();
  aza::make_startup_plan();
  aza::apply_plan();
  aza::log_startup();
  aza::remember_oom_kills();
}

}  // namespace

void _PG_init(void) {
  aza::define_session_settings();
  if (!process_shared_preload_libraries_in_progress) return;
  if (aza::starts_a_server()) tune_server();
  aza::load_preload_libraries();
  aza::define_startup_settings(aza::tuning);
  if (aza::tuning.active) aza::start_governor();
}
