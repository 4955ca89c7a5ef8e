// The memory limits of a control group and its visible ancestors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/cgroup_view.h"
#include "core/limit_value.h"
#include "core/reader.h"

namespace aza {

// v1 says "no limit" with the largest multiple of its page size (0x7FFFFFFFFFFFF000 with 4kB pages, less with 64kB
// pages); .NET's threshold covers them all, and no machine has so much.
inline constexpr int64_t kNoLimitAbove = 0x7FFFFFFF00000000;

// In bytes. Zero is not believed: nothing runs in it, and memory.high is set to 0 only to reclaim.
LimitValue parse_memory_limit(std::string_view text);

struct MemoryLimit {
  std::string path;  // of the file
  std::string name;  // "memory.max", "memory.high", "memory.limit_in_bytes", "memory.stat hierarchical_memory_limit"
  LimitValue value;  // in bytes
};

// One file by its name; works on any of Detection::memory_limit_files.
MemoryLimit read_memory_limit(const SystemReader& reader, const std::string& path);

// All that exist, nearest group first. v1's hierarchical_memory_limit comes last: it knows of ancestors that are
// hidden.
std::vector<MemoryLimit> read_memory_limits(const SystemReader& reader, const VisibleGroup& group);

}  // namespace aza
