// The server's records of its settings: who chose a value, its bounds, and setting it without raising an error.
#pragma once

#include "core/plan.h"
#include "pg/postgres_api.h"

namespace aza {

// nullptr where this server has no such setting.
struct config_generic* guc_record(const char* name);
inline struct config_generic* guc_record(Setting setting) {
  return guc_record(setting_name(setting));
}

// Bounds and default of a setting in the plan's unit: bytes for sizes, hundredths for random_page_cost.
Bounds guc_bounds(Setting setting);
ServerBounds server_bounds();

// How many of the plan's units one unit of the setting is: 8192 for shared_buffers, 1 for max_connections.
int64 guc_unit(const struct config_generic* record);

// The value now in force in this process, in the plan's unit.
int64 guc_amount(const struct config_generic* record);

// Text as SET takes it, in the record's own unit, kind by kind. False where the text does not parse.
bool guc_parse_int(const struct config_int* record, const char* text, int* value);
bool guc_parse_enum(const struct config_enum* record, const char* text, int* value);

enum class SetAnswer { applied, outranked, rejected };
// Sets a value at start-up with the rank of `source`; a refused value is a LOG line, never an error.
SetAnswer guc_set(const char* name, const char* value, GucSource source);

// Whether a session, a role or a database has chosen the value now in force, or aza.pin keeps it.
bool is_chosen(const struct config_generic* record, Setting setting);

// Whether postgresql.auto.conf holds a line for the setting, that is whether ALTER SYSTEM chose it.
bool alter_system_sets(const char* name);
bool is_auto_conf(const char* path);

}  // namespace aza
