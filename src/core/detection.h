// What this machine or container really has: memory, CPUs, and what else the plan asks for.
// Order and meaning: an override by a human, then the tightest limit of any visible cgroup level, then the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/outcome.h"
#include "core/reader.h"

namespace aza {

// One line of aza_detection(): all text is for humans. `value` is "unknown" where `remark` says because of what.
struct Fact {
  std::string name;    // "memory.max", "cgroup mode", "MemTotal", ...
  std::string value;   // "512MB", "v2", "max", ...
  std::string source;  // the file (as the process sees it), or the variable or setting
  std::string remark;  // why, or what follows; empty where there is nothing to say
};

enum class MemoryOrigin { variable, setting, cgroup_v2, cgroup_v1, meminfo, unknown };
// Whether it is a control group's limit.
constexpr bool is_group_limit(MemoryOrigin origin) {
  return origin == MemoryOrigin::cgroup_v1 || origin == MemoryOrigin::cgroup_v2;
}
enum class CpuOrigin { variable, setting, quota, cpuset, affinity, unknown };

// What humans said: nullopt where they said nothing. The environment variable wins over the setting.
struct Overrides {
  std::optional<std::string> memory_variable;  // POSTGRES_MEMORY
  std::optional<std::string> memory_setting;   // aza.memory
  std::optional<std::string> cpus_variable;    // POSTGRES_CPUS
  std::optional<std::string> cpus_setting;     // aza.cpus
};

// What libcgroup said, where it could be asked (see libcgroup.h): a second opinion on mode and mounts.
struct CgroupLibrary {
  std::string mode;          // "legacy", "hybrid", "unified", or empty where it could not tell
  std::string memory_mount;  // mount point of the memory controller, or empty
  std::string cpu_mount;     // mount point of the cpu controller, or empty
  std::string because;       // why it could not be asked, or empty
};

struct HugePages {
  int64_t page_bytes = 0;  // default huge page size; 0 where unknown
  int64_t total_pages = 0;
  int64_t free_pages = 0;
  std::optional<int64_t> limit_bytes;  // tightest hugetlb limit of the group; nullopt where there is none
};

// The files that a background worker reads again while the server runs. They belong to the group whose limit was taken,
// or without a limit to the nearest one that can be seen. Each is empty where there is no such file.
struct GroupPaths {
  std::string usage;     // memory.current or memory.usage_in_bytes
  std::string stat;      // memory.stat
  std::string events;    // memory.events or memory.oom_control
  std::string failures;  // memory.failcnt; v2 counts them in memory.events
  std::string pressure;  // memory.pressure, else /proc/pressure/memory
};

struct Detection {
  int64_t memory_mib = 0;  // at least 1; kSmallMib where nothing could be known
  MemoryOrigin memory_origin = MemoryOrigin::unknown;
  std::string memory_source;      // one short line: "cgroup v2 memory.max", "POSTGRES_MEMORY", "/proc/meminfo", ...
  std::string memory_limit_path;  // the file that the limit was read from, or empty

  int cpus = 1;  // at least 1
  CpuOrigin cpu_origin = CpuOrigin::unknown;
  std::string cpus_source;  // "cgroup v2 cpu.max (150000/100000, rounded up)", "cpuset", ...

  std::optional<int64_t> machine_bytes;  // MemTotal
  // The tightest limit of a group where it is less than that; also where a human chose another number.
  std::optional<int64_t> group_limit_bytes;
  std::string cgroup_mode;               // "v2", "v1", "hybrid", "none", "unknown"
  bool container_without_limit = false;  // in a container, and the memory is the machine's
  bool oom_group = false;                // memory.oom.group=1 at a visible level: the postmaster dies with a backend
  bool pressure_available = false;       // PSI for memory can be read
  HugePages huge_pages;
  std::optional<int64_t> wal_free_bytes;  // free space of the file system that holds pg_wal
  int numa_nodes = 1;

  // Every file that held a limit, "no limit" included since that may change; see limit_watch.h. Nearest group first.
  std::vector<std::string> memory_limit_files;
  std::vector<std::string> cpu_limit_files;  // quotas and cpusets
  GroupPaths group;

  std::vector<Fact> facts;            // everything above and what led to it, in reading order
  std::vector<std::string> warnings;  // one sentence each, for the server's log
};

// Never fails on what the kernel shows. InputError only for what a human typed in `overrides`.
// `wal_folder` is the path of pg_wal, or empty. `library` may be null.
std::variant<Detection, InputError> detect(const SystemReader& reader, const Overrides& overrides,
                                           const std::string& wal_folder, const CgroupLibrary* library);

}  // namespace aza
