#include "pg/governor_settings.h"

#include "pg/postgres_api.h"

namespace aza {

bool governor_on;
bool govern_explicit;
int grant_floor_kb = 1024;
int max_query_memory_kb = 0;
int grant_timeout_ms = 30000;
int grant_timeout_action;
int watch_interval_ms = 1000;
int pressure_action;

namespace {

const config_enum_entry timeout_options[] = {{"run", static_cast<int>(TimeoutAction::run), false},
                                             {"fail", static_cast<int>(TimeoutAction::fail), false},
                                             {nullptr, 0, false}};
const config_enum_entry pressure_options[] = {{"none", static_cast<int>(PressureAction::none), false},
                                              {"log", static_cast<int>(PressureAction::log), false},
                                              {"cancel", static_cast<int>(PressureAction::cancel), false},
                                              {nullptr, 0, false}};

void define_grant_sizes() {
  DefineCustomIntVariable("aza.grant_floor", "Queries that need less memory than this run without asking for it.",
                          "On a small server the floor is lower: a sixty-fourth of what there is to deal out.",
                          &grant_floor_kb, 1024, 0, MAX_KILOBYTES, PGC_SIGHUP, GUC_UNIT_KB, nullptr, nullptr, nullptr);
  DefineCustomIntVariable(
      "aza.max_query_memory", "Up to this much memory may be granted to a query beyond its work_mem.",
      "It is given only where the query is expected to spill and memory is free. -1 means an eighth of "
      "what there is to deal out, 0 means never.",
      &max_query_memory_kb, 0, -1, MAX_KILOBYTES, PGC_SIGHUP, GUC_UNIT_KB, nullptr, nullptr, nullptr);
}

void define_grant_waits() {
  DefineCustomIntVariable("aza.grant_timeout", "A query waits at most this long for memory.", "0 means without end.",
                          &grant_timeout_ms, 30000, 0, INT_MAX, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
  DefineCustomEnumVariable(
      "aza.grant_timeout_action", "What happens to a query that has waited aza.grant_timeout.",
      "run: it runs with the least work_mem, where that much is left; fail: it ends with an error.",
      &grant_timeout_action, static_cast<int>(TimeoutAction::run), timeout_options, PGC_USERSET, 0, nullptr, nullptr,
      nullptr);
}

void define_pressure() {
  DefineCustomIntVariable("aza.watch_interval", "Time between two looks at the limits and at the memory in use.",
                          nullptr, &watch_interval_ms, 1000, 50, 1500, PGC_SIGHUP, GUC_UNIT_MS, nullptr, nullptr,
                          nullptr);
  DefineCustomEnumVariable("aza.pressure_action", "What happens when 95 % of the memory limit are in use.",
                           "none: nothing; log: a LOG line; cancel: the query that holds most memory is canceled, too.",
                           &pressure_action, static_cast<int>(PressureAction::cancel), pressure_options, PGC_SIGHUP, 0,
                           nullptr, nullptr, nullptr);
}

}  // namespace

void define_governor_settings(bool limited) {
  DefineCustomBoolVariable("aza.governor", "Deals out memory to queries, so that together they stay within the limit.",
                           "The default is on where a memory limit was detected.", &governor_on, limited, PGC_SIGHUP, 0,
                           nullptr, nullptr, nullptr);
  DefineCustomBoolVariable("aza.govern_explicit", "Also governs sessions and roles that chose a work_mem of their own.",
                           nullptr, &govern_explicit, false, PGC_SUSET, 0, nullptr, nullptr, nullptr);
  define_grant_sizes();
  define_grant_waits();
  define_pressure();
}

}  // namespace aza
