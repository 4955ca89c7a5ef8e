// Which number of CPUs counts: a human's, or the tightest of quota, cpuset and affinity.
#pragma once

#include "core/cpu_limit.h"
#include "core/detection.h"
#include "core/memory_choice.h"

namespace aza {

struct CpuEvidence {
  int cgroup_quota_version = 0;
  int cpuset_version = 0;
  const CpuLimit* quota = nullptr;   // may be null
  const CpuLimit* cpuset = nullptr;  // may be null
  Outcome<int> affinity = Outcome<int>::unknown("");
  Outcome<int> online = Outcome<int>::unknown("");
};

// Sets the CPU fields.
void choose_cpus(const CpuOverride& chosen, const CpuEvidence& evidence, Detection* detection);

}  // namespace aza
