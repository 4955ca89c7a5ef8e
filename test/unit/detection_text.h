// A detection as the text that a case's `expected` holds: what matters always, the rest where it is not the ordinary.
#pragma once

#include <fmt/format.h>

#include <string>
#include <variant>

#include "core/bytes.h"
#include "core/detection.h"

namespace aza::test {

inline const char* origin_text(MemoryOrigin origin) {
  switch (origin) {
    case MemoryOrigin::variable:
      return "variable";
    case MemoryOrigin::setting:
      return "setting";
    case MemoryOrigin::cgroup_v2:
      return "cgroup v2";
    case MemoryOrigin::cgroup_v1:
      return "cgroup v1";
    case MemoryOrigin::meminfo:
      return "meminfo";
    case MemoryOrigin::unknown:
      break;
  }
  return "unknown";
}

inline const char* origin_text(CpuOrigin origin) {
  switch (origin) {
    case CpuOrigin::variable:
      return "variable";
    case CpuOrigin::setting:
      return "setting";
    case CpuOrigin::quota:
      return "quota";
    case CpuOrigin::cpuset:
      return "cpuset";
    case CpuOrigin::affinity:
      return "affinity";
    case CpuOrigin::unknown:
      break;
  }
  return "unknown";
}

inline std::string huge_pages_text(const HugePages& pages) {
  if (pages.total_pages == 0 && !pages.limit_bytes) return {};
  return fmt::format("huge pages: {} free of {}, {} each, limit {}\n", pages.free_pages, pages.total_pages,
                     exact_size(pages.page_bytes), pages.limit_bytes ? exact_size(*pages.limit_bytes) : "none");
}

inline std::string detection_text(const Detection& found) {
  std::string text = fmt::format("memory: {}\n", exact_size(found.memory_mib * kMiB));
  text += fmt::format("memory origin: {}\n", origin_text(found.memory_origin));
  text += fmt::format("memory source: {}\n", found.memory_source);
  text += fmt::format("memory limit path: {}\n", found.memory_limit_path.empty() ? "none" : found.memory_limit_path);
  text += fmt::format("cpus: {}\n", found.cpus);
  text += fmt::format("cpu origin: {}\n", origin_text(found.cpu_origin));
  text += fmt::format("cpus source: {}\n", found.cpus_source);
  text += fmt::format("cgroup mode: {}\n", found.cgroup_mode);
  if (found.container_without_limit) text += "container without limit: yes\n";
  if (found.oom_group) text += "oom group: yes\n";
  if (found.pressure_available) text += fmt::format("pressure: {}\n", found.group.pressure);
  text += huge_pages_text(found.huge_pages);
  if (found.wal_free_bytes) text += fmt::format("wal free: {}\n", exact_size(*found.wal_free_bytes));
  if (found.numa_nodes != 1) text += fmt::format("numa nodes: {}\n", found.numa_nodes);
  for (const std::string& warning : found.warnings) text += fmt::format("warning: {}\n", warning);
  return text;
}

inline std::string error_text(const InputError& error) {
  return fmt::format("error: {}\ndetail: {}\nhint: {}\n", error.message, error.detail, error.hint);
}

inline std::string fact_text(const Fact& fact) {
  const std::string remark = fact.remark.empty() ? "" : " | " + fact.remark;
  return fmt::format("fact: {} | {} | {}{}\n", fact.name, fact.value, fact.source, remark);
}

}  // namespace aza::test
