#include "pg/planned_default.h"

#include <array>
#include <utility>

#include "pg/human_choice.h"

namespace aza {

namespace {

Mode held_mode;

// What the hook of one setting needs; a C hook has no place to keep it, hence one hook function for each setting.
struct Held {
  double real_value;
  GucIntCheckHook int_hook;
  GucRealCheckHook real_hook;
  GucBoolCheckHook bool_hook;
  GucEnumCheckHook enum_hook;
  int int_value;
  bool bool_value;
};
Held held[kSettingCount];

// Neither initdb nor the rule that knows its lines has one for a setting of these kinds.
constexpr int64 kNoAmount = 0;

// `amount` is the file's value in the plan's unit.
bool plan_stands(Setting setting, int64 amount, GucSource source) {
  if (source == PGC_S_DEFAULT) return true;
  return source == PGC_S_FILE && !file_value_is_chosen(setting, amount, held_mode);
}

int64 int_amount(Setting setting, int value) {
  const struct config_generic* record = guc_record(setting);
  return record == nullptr ? value : value * guc_unit(record);
}

template <int I>
bool check_int(int* value, void** extra, GucSource source) {
  constexpr Setting setting = static_cast<Setting>(I);
  if (plan_stands(setting, int_amount(setting, *value), source)) *value = held[I].int_value;
  return held[I].int_hook == nullptr || held[I].int_hook(value, extra, source);
}

template <int I>
bool check_real(double* value, void** extra, GucSource source) {
  if (plan_stands(static_cast<Setting>(I), kNoAmount, source)) *value = held[I].real_value;
  return held[I].real_hook == nullptr || held[I].real_hook(value, extra, source);
}

template <int I>
bool check_bool(bool* value, void** extra, GucSource source) {
  if (plan_stands(static_cast<Setting>(I), kNoAmount, source)) *value = held[I].bool_value;
  return held[I].bool_hook == nullptr || held[I].bool_hook(value, extra, source);
}

template <int I>
bool check_enum(int* value, void** extra, GucSource source) {
  if (plan_stands(static_cast<Setting>(I), kNoAmount, source)) *value = held[I].int_value;
  return held[I].enum_hook == nullptr || held[I].enum_hook(value, extra, source);
}

struct Hooks {
  GucIntCheckHook of_int;
  GucRealCheckHook of_real;
  GucBoolCheckHook of_bool;
  GucEnumCheckHook of_enum;
};

template <size_t... I>
constexpr std::array<Hooks, sizeof...(I)> make_hooks(std::index_sequence<I...>) {
  return {Hooks{check_int<I>, check_real<I>, check_bool<I>, check_enum<I>}...};
}
constexpr auto hooks = make_hooks(std::make_index_sequence<kSettingCount>());

void hold_int(struct config_int* record, const PlanRow& row, int i) {
  if (!guc_parse_int(record, row.value.c_str(), &held[i].int_value)) return;
  held[i].int_hook = record->check_hook;
  record->check_hook = hooks[i].of_int;
}

void hold_real(struct config_real* record, const PlanRow& row, int i) {
  if (!parse_real(row.value.c_str(), &held[i].real_value, record->gen.flags, nullptr)) return;
  held[i].real_hook = record->check_hook;
  record->check_hook = hooks[i].of_real;
}

void hold_bool(struct config_bool* record, const PlanRow& row, int i) {
  if (!parse_bool(row.value.c_str(), &held[i].bool_value)) return;
  held[i].bool_hook = record->check_hook;
  record->check_hook = hooks[i].of_bool;
}

void hold_enum(struct config_enum* record, const PlanRow& row, int i) {
  if (!guc_parse_enum(record, row.value.c_str(), &held[i].int_value)) return;
  held[i].enum_hook = record->check_hook;
  record->check_hook = hooks[i].of_enum;
}

char* written_libraries;
char* loaded_libraries;
GucStringCheckHook library_hook;

bool check_libraries(char** value, void** extra, GucSource source) {
  if (source == PGC_S_FILE && *value != nullptr && strcmp(*value, written_libraries) == 0) {
    char* loaded = guc_strdup(LOG, loaded_libraries);
    if (loaded == nullptr) return false;
    guc_free(*value);
    *value = loaded;
  }
  return library_hook == nullptr || library_hook(value, extra, source);
}

}  // namespace

void hold_planned_default(const PlanRow& row, Mode mode) {
  struct config_generic* record = guc_record(row.setting);
  if (record == nullptr) return;
  held_mode = mode;
  int i = static_cast<int>(row.setting);
  switch (record->vartype) {
    case PGC_INT:
      return hold_int(reinterpret_cast<struct config_int*>(record), row, i);
    case PGC_REAL:
      return hold_real(reinterpret_cast<struct config_real*>(record), row, i);
    case PGC_BOOL:
      return hold_bool(reinterpret_cast<struct config_bool*>(record), row, i);
    case PGC_ENUM:
      return hold_enum(reinterpret_cast<struct config_enum*>(record), row, i);
    default:
      return;
  }
}

void renew_planned_default(const PlanRow& row) {
  struct config_generic* record = guc_record(row.setting);
  const int i = static_cast<int>(row.setting);
  if (record == nullptr || record->vartype != PGC_INT) return;
  auto* number = reinterpret_cast<struct config_int*>(record);
  if (number->check_hook == hooks[i].of_int) guc_parse_int(number, row.value.c_str(), &held[i].int_value);
}

void hold_library_list(const char* written, const char* loaded) {
  struct config_generic* record = guc_record("shared_preload_libraries");
  if (record == nullptr || record->vartype != PGC_STRING) return;
  written_libraries = MemoryContextStrdup(TopMemoryContext, written);
  loaded_libraries = MemoryContextStrdup(TopMemoryContext, loaded);
  auto* list = reinterpret_cast<struct config_string*>(record);
  library_hook = list->check_hook;
  list->check_hook = check_libraries;
}

}  // namespace aza
