#include "pg/human_choice.h"

#include "core/bytes.h"

namespace aza {

namespace {

// What initdb writes into every new postgresql.conf (initdb.c, setup_config, where the machine is not tiny), in the
// plan's unit; -1: it writes no line.
int64 initdb_amount(Setting setting) {
  switch (setting) {
    case Setting::max_connections:
      return 100;
    case Setting::shared_buffers:
      return 128 * kMiB;
    case Setting::autovacuum_worker_slots:
      return 16;
    case Setting::min_wal_size:
      return int64{5} * wal_segment_size;  // DEFAULT_MIN_WAL_SEGS
    case Setting::max_wal_size:
      return int64{64} * wal_segment_size;  // DEFAULT_MAX_WAL_SEGS
    default:
      return -1;
  }
}

const char* file_name(const char* path) {
  const char* slash = last_dir_separator(path);
  return slash == nullptr ? path : slash + 1;
}

bool line_is_chosen(Setting setting, int64 amount, Mode mode) {
  return mode != Mode::enforce && amount != initdb_amount(setting);
}

}  // namespace

Chooser who_chose(Setting setting, const struct config_generic* record, Mode mode) {
  if (record->source > PGC_S_FILE) return Chooser::above;
  if (record->source < PGC_S_FILE) return Chooser::nobody;
  if (is_auto_conf(record->sourcefile)) return Chooser::alter_system;
  return line_is_chosen(setting, guc_amount(record), mode) ? Chooser::file : Chooser::nobody;
}

bool file_value_is_chosen(Setting setting, int64 amount, Mode mode) {
  return line_is_chosen(setting, amount, mode) || alter_system_sets(setting_name(setting));
}

bool leaves_no_connection(const PlanRow& row) {
  return row.setting == Setting::max_connections && row.amount <= SuperuserReservedConnections + ReservedConnections;
}

void describe_source(const struct config_generic* record, Text<320>& out) {
  char line[300];
  switch (record->source) {
    case PGC_S_FILE:
      if (record->sourcefile == nullptr) return out.set("configuration file");
      snprintf(line, sizeof line, "%s:%d", file_name(record->sourcefile), record->sourceline);
      return out.set(line);
    case PGC_S_ARGV:
      return out.set("command line");
    case PGC_S_GLOBAL:
      return out.set("ALTER ROLE ALL");
    case PGC_S_DATABASE:
      return out.set("ALTER DATABASE");
    case PGC_S_USER:
      return out.set("ALTER ROLE");
    case PGC_S_DATABASE_USER:
      return out.set("ALTER ROLE IN DATABASE");
    case PGC_S_CLIENT:
      return out.set("connection options");
    case PGC_S_SESSION:
      return out.set("SET in this session");
    default:
      return out.set(GucSource_Names[record->source]);
  }
}

}  // namespace aza
