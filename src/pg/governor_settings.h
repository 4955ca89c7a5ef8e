// The settings of the governor: memory grants, the pressure guard and the watch over the limits.
#pragma once

namespace aza {

enum class TimeoutAction { run, fail };
enum class PressureAction { none, log, cancel };

extern bool governor_on;
extern bool govern_explicit;
extern int grant_floor_kb;
extern int max_query_memory_kb;  // -1: what the pool suggests; 0: never more than the settings allow
extern int grant_timeout_ms;     // 0: without end
extern int grant_timeout_action;
extern int watch_interval_ms;
extern int pressure_action;

// Whether statements may end with an error for the sake of all others.
inline bool guards_may_cancel() {
  return governor_on && pressure_action == static_cast<int>(PressureAction::cancel);
}

// `limited`: whether a memory limit was detected, which is what the default of aza.governor follows.
void define_governor_settings(bool limited);

}  // namespace aza
