// What the server found out, planned and did at its start: plain data, filled in the postmaster, inherited by fork.
#pragma once

#include <cstdint>

#include "core/plan.h"
#include "pg/plain.h"

namespace aza {

enum class Mode { fill, enforce, report };

struct FactRow {
  Text<64> name;
  Text<128> value;
  Text<320> source;
  Text<320> remark;
};

// What may change while the server runs: the plan follows from memory and CPUs, the governor also from the group's
// limit.
struct Limits {
  int64_t memory_mib;
  int64_t group_limit_mib;  // of a control group, also where a human chose another number; 0: there is none
  Text<160> memory_source;
  Text<512> memory_limit_path;
  int cpus;
  Text<160> cpus_source;
};

// A Detection without its strings' memory.
struct FoundMachine : Limits {
  HugePages huge_pages;
  std::optional<int64_t> wal_free_bytes;
  Rows<FactRow, 64> facts;
  Rows<Text<320>, 16> warnings;
};

struct PlanRow {
  Setting setting;
  int64_t amount;
  Text<32> value;
  Text<200> rule;
  Text<120> bound;
};

struct PlainPlan {
  Rows<PlanRow, kSettingCount> settings;
  Rows<Text<320>, 8> warnings;
  Budget budget;

  const PlanRow* find(Setting setting) const {
    for (const PlanRow& row : settings)
      if (row.setting == setting) return &row;
    return nullptr;
  }
};

// An InputError without its strings' memory.
struct PlainError {
  bool set;
  Text<320> message;
  Text<320> detail;
  Text<320> hint;
};

enum class Status { not_planned, applied, pinned, outranked, kept, rejected };

struct Tuning {
  bool active;     // false: this library was loaded in a way in which nothing is tuned
  bool replanned;  // the limits have changed since the start, and the plan with them
  Mode mode;
  Machine machine;
  FoundMachine found;
  PlainPlan plan;
  Status at_start[kSettingCount];
};

// The one instance. Written by the postmaster, before it forks; and by each process for itself when the limits change.
extern Tuning tuning;

}  // namespace aza
