// Which memory counts: a human's, the tightest limit's, or the machine's.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/detection.h"
#include "core/memory_limit.h"

namespace aza {

inline constexpr const char* kMeminfo = "/proc/meminfo";

// MemTotal in bytes, never 0, from the text of kMeminfo.
Outcome<int64_t> machine_memory(const Outcome<std::string>& meminfo);

// What a human said, checked; `name` (POSTGRES_MEMORY, aza.cpus, ...) is empty where nobody said anything.
struct MemoryOverride {
  std::string name;
  int64_t mib = 0;
};
struct CpuOverride {
  std::string name;
  int cpus = 0;
};
// An empty value says nothing: that is how compose files pass on a variable that is not set.
std::variant<MemoryOverride, InputError> memory_override(const Overrides& overrides);
std::variant<CpuOverride, InputError> cpu_override(const Overrides& overrides);

// `limit` may be null. Sets the memory fields and adds warnings; machine_bytes must be known before.
void choose_memory(const MemoryOverride& chosen, const MemoryLimit* limit, int cgroup_version, Detection* detection);

}  // namespace aza
