// Which number of CPUs counts: a human's, or the tightest of quota, cpuset and affinity.
#pragma once

#include "core/cpu_limit.h"
#include "core/detection.h"
#include "core/memory_choice.h"

namespace aza {

struct CpuEvidence {
  int quota_version = 0;
  int cpuset_version = 0;
  const CpuLimit* quota = nullptr;   // may be null
  const CpuLimit* cpuset = nullptr;  // may be null
  Outcome<int> affinity = Outcome<int>::unknown("");
  Outcome<int> online = Outcome<int>::unknown("");
};

// Every process is in some cpuset; it is a limit only where it leaves CPUs of the machine out.
bool leaves_cpus_out(const CpuEvidence& evidence);

// Sets the CPU fields.
void choose_cpus(const CpuOverride& chosen, const CpuEvidence& evidence, Detection* detection);

}  // namespace aza
