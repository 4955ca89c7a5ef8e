// What the group really uses, from the kernel's own accounts.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/detection.h"
#include "core/outcome.h"
#include "core/reader.h"

namespace aza {

// Bytes.
struct GroupUse {
  int64_t usage = 0;          // all that is charged to the group
  int64_t anonymous = 0;      // what processes hold for themselves
  int64_t kernel = 0;         // page tables, slab, stacks; and page cache that must be written before it can go
  int64_t inactive_file = 0;  // page cache that nobody has asked for twice
  int64_t active_file = 0;    // page cache that somebody has
};

// What cannot be had back at once, of a group with this limit: usage less inactive page cache, and less all active page
// cache beyond a sixteenth of the limit. A data set that fits into the memory becomes active page cache altogether and
// stays so until the kernel wants the memory (up to 31 of 32 parts; inactive_is_low() in the kernel's mm/vmscan.c),
// so that a group without a single process can be full of it.
int64_t working_set(const GroupUse& use, int64_t limit);

// Of `usage` and `stat` as the kernel writes them: v2's names, or v1's with the sums over descendants (total_...).
Outcome<GroupUse> parse_group_use(std::string_view usage, std::string_view stat);
Outcome<GroupUse> read_group_use(const SystemReader& reader, const GroupPaths& group);

// Of one process, from /proc/PID/statm: without the lock that smaps_rollup would take. Bytes.
struct ProcessMemory {
  int64_t anonymous = 0;  // resident, and its own
  int64_t data = 0;       // private writable mappings and the stack: what RLIMIT_DATA bounds, and a little more
};
Outcome<ProcessMemory> parse_statm(std::string_view statm, int64_t page_bytes);

}  // namespace aza
