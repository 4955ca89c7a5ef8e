// What a human chose, and what merely stands in a file: the one place that decides whether a plan may be applied.
#pragma once

#include "pg/guc_record.h"
#include "pg/tuning.h"

namespace aza {

enum class Chooser {
  nobody,        // the default, or in a file only what initdb writes (mode fill), or any file line (mode enforce)
  file,          // a line of a configuration file
  alter_system,  // postgresql.auto.conf
  above          // the command line, or something that ranks higher
};

// Who chose the value that stands at the server's start.
Chooser who_chose(Setting setting, const struct config_generic* record, Mode mode);

// Whether a value that a configuration file gives, at a reload, is a human's. `amount` in the plan's unit.
bool file_value_is_chosen(Setting setting, int64 amount, Mode mode);

// Whether the planned max_connections would leave ordinary users without one: the server refuses to start so, and it
// has checked before the plan is applied.
bool leaves_no_connection(const PlanRow& row);

// Where a value comes from, for people: "postgresql.conf:12", "postgresql.auto.conf:3", "command line", "ALTER ROLE",
// ...
void describe_source(const struct config_generic* record, Text<320>& out);

}  // namespace aza
