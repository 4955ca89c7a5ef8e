// The aza.* settings.
#pragma once

#include "pg/postgres_api.h"
#include "pg/tuning.h"

namespace aza {

// What humans said, whether by variable or by setting. Texts are nullptr where nothing was said (an empty variable says
// nothing, since compose files pass variables on empty).
struct Said {
  const char* memory_variable;  // POSTGRES_MEMORY
  const char* memory_setting;   // aza.memory
  const char* cpus_variable;    // POSTGRES_CPUS
  const char* cpus_setting;     // aza.cpus
  const char* root;             // aza.root, "/" where not said
};
Said what_humans_said();

// What was said by a variable, or else by a setting: `text` is nullptr where by neither.
struct Choice {
  const char* name;  // of the one that holds
  const char* text;
};
Choice workload_said();   // POSTGRES_WORKLOAD_TYPE, aza.workload
Choice storage_said();    // POSTGRES_STORAGE_TYPE, aza.storage
Choice libraries_said();  // POSTGRES_SHARED_PRELOAD_LIBRARIES, aza.preload_libraries

// FATAL where a human typed something else than fill, enforce or report.
Mode mode_said();

// Settings that aza.pin names. FATAL where it names a setting that the server does not have.
struct Pins {
  bool of[kSettingCount];
};
Pins pins_said();

// Those that work however the library was loaded.
void define_session_settings();
// Those that exist only where it was preloaded. Called last, so that a value can be read before it is defined: a custom
// setting's bad value would be a WARNING and the default, where a bad override must stop the start.
void define_startup_settings(const Tuning& tuning);

extern bool pgbouncer_allow_superuser;

}  // namespace aza
