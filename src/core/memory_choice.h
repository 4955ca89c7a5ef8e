// Which memory counts: a human's, the tightest limit's, or the machine's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/detection.h"
#include "core/memory_limit.h"

namespace aza {

// What a human said, checked.
struct MemoryOverride {
  std::optional<int64_t> mib;
  std::string name;  // POSTGRES_MEMORY or aza.memory
};
struct CpuOverride {
  std::optional<int> cpus;
  std::string name;
};
// An empty value says nothing: that is how compose files pass on a variable that is not set.
std::variant<MemoryOverride, InputError> memory_override(const Overrides& overrides);
std::variant<CpuOverride, InputError> cpu_override(const Overrides& overrides);

// `limit` may be null. Sets the memory fields and adds warnings; machine_bytes and cgroup version must be known before.
void choose_memory(const MemoryOverride& chosen, const MemoryLimit* limit, int cgroup_version, Detection* detection);

}  // namespace aza
