// What the kernel says just now about the group, its limits and our processes: core's work, handed back as plain data.
#pragma once

#include "core/grant_measure.h"
#include "core/memory_events.h"
#include "pg/core_calls.h"

namespace aza {

// The worker's way to the files. They are found once, by a detection of its own; false where that failed.
bool start_reading(const Said& said);

struct GroupAnswer {
  bool known;  // there is a group with a limit, and its accounts can be read
  GroupUse use;
};
void read_group(GroupAnswer& answer);

struct EventsAnswer {
  bool known;  // the kernel counts them
  MemoryEvents events;
  Text<512> path;
};
void read_events(EventsAnswer& answer);

// The group's own memory.pressure as this process finds it; empty where the limit is no group's or there is no such
// file.
void pressure_file(Text<512>& path);

struct LimitAnswer {
  bool news;  // false: nothing has changed since the last answer
  Limits limits;
};
void read_limits(LimitAnswer& answer);

// Of each process; zeros where it has ended.
void read_processes(const int* pids, int count, ProcessMemory* memory);

// Of the calling process, any one; zeros where it cannot be read.
void read_own_memory(ProcessMemory& memory);

}  // namespace aza
