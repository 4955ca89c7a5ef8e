#include "core/cpu_choice.h"

#include <algorithm>

#include <fmt/format.h>

namespace aza {

namespace {

void set(Detection* detection, int64_t cpus, CpuOrigin origin, std::string source) {
  detection->cpus = static_cast<int>(std::clamp<int64_t>(cpus, 1, INT32_MAX));
  detection->cpu_origin = origin;
  detection->cpus_source = std::move(source);
}

std::string group_source(int version, const CpuLimit& limit) {
  return fmt::format("cgroup v{} {} ({})", version, limit.name, limit.text);
}

}  // namespace

bool leaves_cpus_out(const CpuEvidence& evidence) {
  return evidence.cpuset != nullptr && (!evidence.online || evidence.cpuset->value.amount() < *evidence.online);
}

// From the widest to the tightest, so that of equal ones the one that a human is likeliest to have set gives the
// source.
void choose_cpus(const CpuOverride& chosen, const CpuEvidence& evidence, Detection* detection) {
  if (!chosen.name.empty()) {
    const bool variable = chosen.name.find('.') == std::string::npos;
    set(detection, chosen.cpus, variable ? CpuOrigin::variable : CpuOrigin::setting, chosen.name);
    return;
  }
  int64_t least = INT32_MAX;
  set(detection, 1, CpuOrigin::unknown, "assumed");
  if (evidence.online) {
    least = *evidence.online;
    set(detection, least, CpuOrigin::unknown, "/sys/devices/system/cpu/online");
  }
  if (evidence.affinity && *evidence.affinity > 0) {
    least = *evidence.affinity;
    set(detection, least, CpuOrigin::affinity, "affinity mask");
  }
  if (leaves_cpus_out(evidence) && evidence.cpuset->value.amount() <= least) {
    least = evidence.cpuset->value.amount();
    set(detection, least, CpuOrigin::cpuset, group_source(evidence.cpuset_version, *evidence.cpuset));
  }
  if (evidence.quota != nullptr && evidence.quota->value.amount() <= least) {
    set(detection, evidence.quota->value.amount(), CpuOrigin::quota,
        group_source(evidence.quota_version, *evidence.quota));
  }
}

}  // namespace aza
