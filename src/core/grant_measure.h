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
  int64_t usage = 0;        // all that is charged to the group
  int64_t anonymous = 0;    // what processes hold for themselves
  int64_t kernel = 0;       // page tables, slab, stacks; and page cache that must be written before it can go
  int64_t working_set = 0;  // what cannot be had back at once: usage less inactive page cache
};

// Of `usage` and `stat` as the kernel writes them: v2's names, or v1's with the sums over descendants (total_...).
Outcome<GroupUse> parse_group_use(std::string_view usage, std::string_view stat);
Outcome<GroupUse> read_group_use(const SystemReader& reader, const GroupPaths& group);

// The anonymous memory of one process from /proc/PID/statm, without the lock that smaps_rollup would take.
Outcome<int64_t> parse_anonymous(std::string_view statm, int64_t page_bytes);

}  // namespace aza
