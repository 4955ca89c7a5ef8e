#include "pg/guc_record.h"

#include <cmath>

#include "core/bytes.h"
#include "pg/tuning.h"

namespace aza {

namespace {

int64 hundredths(double value) {
  return value >= static_cast<double>(PG_INT64_MAX) / 100 ? PG_INT64_MAX : std::llround(value * 100);
}

const struct config_int* as_int(const struct config_generic* record) {
  return reinterpret_cast<const struct config_int*>(record);
}
const struct config_real* as_real(const struct config_generic* record) {
  return reinterpret_cast<const struct config_real*>(record);
}

}  // namespace

int64 guc_unit(const struct config_generic* record) {
  switch (record->flags & GUC_UNIT_MEMORY) {
    case GUC_UNIT_KB:
      return kKiB;
    case GUC_UNIT_MB:
      return kMiB;
    case GUC_UNIT_BLOCKS:  // NOLINT(bugprone-branch-clone): the two block sizes need not be the same
      return BLCKSZ;
    case GUC_UNIT_XBLOCKS:
      return XLOG_BLCKSZ;
    default:
      return 1;
  }
}

struct config_generic* guc_record(const char* name) {
  return find_option(name, false, true, 0);
}

Bounds guc_bounds(Setting setting) {
  const struct config_generic* record = guc_record(setting);
  Bounds bounds;
  if (record == nullptr) return bounds;
  if (record->vartype == PGC_INT) {
    const struct config_int* number = as_int(record);
    int64 unit = guc_unit(record);
    bounds = {number->min * unit, number->max * unit, number->boot_val * unit};
  } else if (record->vartype == PGC_REAL) {
    const struct config_real* number = as_real(record);
    bounds = {hundredths(number->min), hundredths(number->max), hundredths(number->boot_val)};
  } else if (record->vartype == PGC_BOOL) {
    bounds = {0, 1, reinterpret_cast<const struct config_bool*>(record)->boot_val ? 1 : 0};
  } else {
    bounds = {0, 1, 1};  // huge_pages: the plan knows off and try, the server's default
  }
  return bounds;
}

ServerBounds server_bounds() {
  ServerBounds bounds;
  for (int i = 0; i < kSettingCount; i++) bounds.of[i] = guc_bounds(static_cast<Setting>(i));
  return bounds;
}

int64 guc_amount(const struct config_generic* record) {
  switch (record->vartype) {
    case PGC_INT:
      return *as_int(record)->variable * guc_unit(record);
    case PGC_REAL:
      return hundredths(*as_real(record)->variable);
    case PGC_BOOL:
      return *reinterpret_cast<const struct config_bool*>(record)->variable ? 1 : 0;
    case PGC_ENUM:
      return *reinterpret_cast<const struct config_enum*>(record)->variable;
    default:
      return 0;
  }
}

bool guc_parse_int(const struct config_int* record, const char* text, int* value) {
  return parse_int(text, value, record->gen.flags, nullptr);
}

bool guc_parse_enum(const struct config_enum* record, const char* text, int* value) {
  for (const struct config_enum_entry* entry = record->options; entry->name != nullptr; entry++) {
    if (pg_strcasecmp(entry->name, text) != 0) continue;
    *value = entry->val;
    return true;
  }
  return false;
}

SetAnswer guc_set(const char* name, const char* value, GucSource source) {
  int answer = set_config_option(name, value, PGC_POSTMASTER, source, GUC_ACTION_SET, true, LOG, false);
  if (answer > 0) return SetAnswer::applied;
  return answer < 0 ? SetAnswer::outranked : SetAnswer::rejected;
}

bool is_chosen(const struct config_generic* record, Setting setting) {
  return record->source > PGC_S_ARGV || tuning.at_start[static_cast<int>(setting)] == Status::pinned;
}

bool is_auto_conf(const char* path) {
  const char* name = path == nullptr ? nullptr : strrchr(path, '/');
  if (name != nullptr) path = name + 1;
  return path != nullptr && strcmp(path, PG_AUTOCONF_FILENAME) == 0;
}

bool alter_system_sets(const char* name) {
  ConfigVariable *head = nullptr, *tail = nullptr;
  char path[MAXPGPATH];
  snprintf(path, sizeof path, "%s/%s", DataDir, PG_AUTOCONF_FILENAME);
  bool found = false;
  // A missing file is no error here, and ParseConfigFile would log it.
  if (access(path, R_OK) == 0 && ParseConfigFile(path, false, nullptr, 0, 0, DEBUG1, &head, &tail)) {
    for (ConfigVariable* line = head; line != nullptr; line = line->next)
      found = found || pg_strcasecmp(line->name, name) == 0;
  }
  FreeConfigVariables(head);
  return found;
}

}  // namespace aza
