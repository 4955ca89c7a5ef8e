// The CPU limits of a control group and its visible ancestors: quotas and cpusets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cgroup_view.h"
#include "core/limit_value.h"
#include "core/reader.h"

namespace aza {

struct CpuLimit {
  std::string path;  // of the file
  std::string name;  // "cpu.max", "cpu.cfs_quota_us", "cpuset.cpus.effective", ...
  std::string text;  // what it says: "150000/100000, rounded up", "0-3"
  LimitValue value;  // in CPUs
};

// "150000 100000", "max 100000"; a quota alone has the kernel's usual period of 100000.
CpuLimit parse_cpu_max(std::string_view text);
// v1: a quota of -1 is no limit.
CpuLimit parse_cfs_quota(std::string_view quota, std::string_view period);

// One file by its name; works on any of Detection::cpu_limit_files.
CpuLimit read_cpu_limit(const SystemReader& reader, const std::string& path);

// All that exist, nearest group first.
std::vector<CpuLimit> read_cpu_quotas(const SystemReader& reader, const VisibleGroup& group);
std::vector<CpuLimit> read_cpusets(const SystemReader& reader, const VisibleGroup& group);

}  // namespace aza
