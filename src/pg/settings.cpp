#include "pg/settings.h"

#include "pg/governor_settings.h"
#include "pg/guc_record.h"

namespace aza {

bool pgbouncer_allow_superuser = true;

namespace {

struct {
  int mode;
  int workload;
  int storage;
  char* memory;
  char* cpus;
  char* pin;
  char* preload_libraries;
  char* root;
  int detected_memory;
  char* detected_memory_source;
  int detected_cpus;
  char* detected_cpus_source;
  char* memory_limit_path;
} shown;

const config_enum_entry mode_options[] = {{"fill", static_cast<int>(Mode::fill), false},
                                          {"enforce", static_cast<int>(Mode::enforce), false},
                                          {"report", static_cast<int>(Mode::report), false},
                                          {nullptr, 0, false}};
const config_enum_entry workload_options[] = {
    {"mixed", static_cast<int>(Workload::mixed), false},     {"web", static_cast<int>(Workload::web), false},
    {"oltp", static_cast<int>(Workload::oltp), false},       {"dw", static_cast<int>(Workload::dw), false},
    {"desktop", static_cast<int>(Workload::desktop), false}, {nullptr, 0, false}};
const config_enum_entry storage_options[] = {{"ssd", static_cast<int>(Storage::ssd), false},
                                             {"nvme", static_cast<int>(Storage::nvme), false},
                                             {"hdd", static_cast<int>(Storage::hdd), false},
                                             {"san", static_cast<int>(Storage::san), false},
                                             {nullptr, 0, false}};

const char* said_by_variable(const char* name) {
  const char* text = getenv(name);
  return text == nullptr || text[0] == '\0' ? nullptr : text;
}

const char* said_by_setting(const char* name) {
  const char* text = GetConfigOption(name, true, false);
  return text == nullptr || text[0] == '\0' ? nullptr : text;
}

Choice choice_of(const char* variable, const char* setting) {
  if (const char* text = said_by_variable(variable)) return {variable, text};
  return {setting, said_by_setting(setting)};
}

void fatal_pin(const char* name) {
  ereport(FATAL,
          (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for aza.pin: \"%s\"", name),
           errdetail("This server has no such setting."),
           errhint("Use the names of settings, separated by commas, such as aza.pin = 'work_mem, max_wal_size'.")));
}

void pin(const char* name, Pins* pins) {
  if (guc_record(name) != nullptr) {
    for (int i = 0; i < kSettingCount; i++)
      if (pg_strcasecmp(setting_name(static_cast<Setting>(i)), name) == 0) pins->of[i] = true;
  } else {
    fatal_pin(name);
  }
}

// What a human may set, and where: all of these need a restart.
void define_choices() {
  DefineCustomEnumVariable("aza.mode", "How the plan is applied.",
                           "fill sets what no human chose, enforce overrides configuration files too, report plans and "
                           "applies nothing.",
                           &shown.mode, static_cast<int>(Mode::fill), mode_options, PGC_POSTMASTER, 0, nullptr, nullptr,
                           nullptr);
  DefineCustomEnumVariable("aza.workload", "What the server is used for.",
                           "The variable POSTGRES_WORKLOAD_TYPE takes precedence.", &shown.workload,
                           static_cast<int>(Workload::mixed), workload_options, PGC_POSTMASTER, 0, nullptr, nullptr,
                           nullptr);
  DefineCustomEnumVariable(
      "aza.storage", "What the data directory lies on.", "The variable POSTGRES_STORAGE_TYPE takes precedence.",
      &shown.storage, static_cast<int>(Storage::ssd), storage_options, PGC_POSTMASTER, 0, nullptr, nullptr, nullptr);
  struct TextChoice {
    const char* name;
    const char* what;
    const char* more;
    char** value;
    const char* boot;
    int flags;
  };
  const TextChoice choices[] = {
      {"aza.memory", "Memory to plan for, instead of what is detected.",
       "Megabytes, or a size with unit. The variable POSTGRES_MEMORY takes precedence. An empty string means detect.",
       &shown.memory, "", 0},
      {"aza.cpus", "CPUs to plan for, instead of what is detected.",
       "The variable POSTGRES_CPUS takes precedence. An empty string means detect.", &shown.cpus, "", 0},
      {"aza.pin", "Settings that are never touched, separated by commas.", nullptr, &shown.pin, "", GUC_LIST_INPUT},
      {"aza.preload_libraries", "Libraries that aza_autoconf loads after it has applied the plan, separated by commas.",
       "They stay loaded whatever the configuration files say. The variable POSTGRES_SHARED_PRELOAD_LIBRARIES takes "
       "precedence.",
       &shown.preload_libraries, "", GUC_LIST_INPUT | GUC_SUPERUSER_ONLY},
      {"aza.root", "Folder below which /proc and /sys are read.", "For tests.", &shown.root, "/", GUC_SUPERUSER_ONLY},
  };
  for (const TextChoice& choice : choices)
    DefineCustomStringVariable(choice.name, choice.what, choice.more, choice.value, choice.boot, PGC_POSTMASTER,
                               choice.flags, nullptr, nullptr, nullptr);
}

// A variable outranks the setting, and SHOW tells what holds.
void show_profile(const Tuning& tuning) {
  if (!tuning.active) return;
  guc_set("aza.workload", workload_name(tuning.machine.workload), PGC_S_OVERRIDE);
  guc_set("aza.storage", storage_name(tuning.machine.storage), PGC_S_OVERRIDE);
}

void define_shown_text(const char* name, const char* what, const char* more, char** value, const char* text,
                       int flags) {
  DefineCustomStringVariable(name, what, more, value, text, PGC_INTERNAL,
                             flags | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE, nullptr, nullptr, nullptr);
}

void define_detected(const FoundMachine& found) {
  constexpr int flags = GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE;
  DefineCustomIntVariable("aza.detected_memory", "Memory that the plan was made for.",
                          "0 means that nothing was detected.", &shown.detected_memory,
                          static_cast<int>(found.memory_mib), 0, INT_MAX, PGC_INTERNAL, flags | GUC_UNIT_MB, nullptr,
                          nullptr, nullptr);
  DefineCustomIntVariable("aza.detected_cpus", "CPUs that the plan was made for.", "0 means that nothing was detected.",
                          &shown.detected_cpus, found.cpus, 0, INT_MAX, PGC_INTERNAL, flags, nullptr, nullptr, nullptr);
  define_shown_text("aza.detected_memory_source", "Where the detected memory was read.", nullptr,
                    &shown.detected_memory_source, found.memory_source.c_str(), GUC_SUPERUSER_ONLY);
  define_shown_text("aza.detected_cpus_source", "Where the detected CPUs were read.", nullptr,
                    &shown.detected_cpus_source, found.cpus_source.c_str(), GUC_SUPERUSER_ONLY);
  define_shown_text("aza.memory_limit_path", "File that holds the memory limit.",
                    "An empty string means that the memory was not read from a limit.", &shown.memory_limit_path,
                    found.memory_limit_path.c_str(), GUC_SUPERUSER_ONLY);
}

}  // namespace

Said what_humans_said() {
  const char* root = said_by_setting("aza.root");
  return {said_by_variable("POSTGRES_MEMORY"), said_by_setting("aza.memory"), said_by_variable("POSTGRES_CPUS"),
          said_by_setting("aza.cpus"), root == nullptr ? "/" : root};
}

Choice workload_said() {
  return choice_of("POSTGRES_WORKLOAD_TYPE", "aza.workload");
}
Choice storage_said() {
  return choice_of("POSTGRES_STORAGE_TYPE", "aza.storage");
}
Choice libraries_said() {
  return choice_of("POSTGRES_SHARED_PRELOAD_LIBRARIES", "aza.preload_libraries");
}

Mode mode_said() {
  const char* text = said_by_setting("aza.mode");
  if (text == nullptr) return Mode::fill;
  for (const config_enum_entry* entry = mode_options; entry->name != nullptr; entry++)
    if (pg_strcasecmp(entry->name, text) == 0) return static_cast<Mode>(entry->val);
  ereport(FATAL, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for aza.mode: \"%s\"", text),
                  errhint("Use fill, enforce or report.")));
}

Pins pins_said() {
  Pins pins = {};
  const char* text = said_by_setting("aza.pin");
  if (text == nullptr) return pins;
  List* names = NIL;
  if (!SplitIdentifierString(pstrdup(text), ',', &names)) fatal_pin(text);
  ListCell* cell;
  foreach (cell, names) pin(static_cast<const char*>(lfirst(cell)), &pins);
  return pins;
}

void define_session_settings() {
  DefineCustomBoolVariable("aza.pgbouncer_allow_superuser", "Lets superusers log in through PgBouncer.",
                           "When off, pgbouncer_lookup() leaves superusers out.", &pgbouncer_allow_superuser, true,
                           PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
}

void define_startup_settings(const Tuning& tuning) {
  define_choices();
  show_profile(tuning);
  define_detected(tuning.found);
  define_governor_settings(tuning.found.group_limit_mib > 0);
  MarkGUCPrefixReserved("aza");
}

}  // namespace aza
