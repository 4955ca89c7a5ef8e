#include "core/detection.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/cgroup_view.h"
#include "core/container_sign.h"
#include "core/cpu_choice.h"
#include "core/cpu_limit.h"
#include "core/huge_page_probe.h"
#include "core/kernel_text.h"
#include "core/memory_choice.h"
#include "core/memory_limit.h"

namespace aza {

namespace {

constexpr const char* kOnlineCpus = "/sys/devices/system/cpu/online";
constexpr const char* kOnlineNodes = "/sys/devices/system/node/online";
constexpr const char* kMachinePressure = "/proc/pressure/memory";
constexpr const char* kUnknown = "unknown";

// What the library calls a mode, in our words.
std::string mode_in_our_words(std::string_view library_mode) {
  if (library_mode == "unified") return "v2";
  return library_mode == "legacy" ? "v1" : std::string(library_mode);
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// One detection. Each method looks at one thing, writes it into the detection and adds its facts.
class Probe {
public:
  Probe(const SystemReader& reader, const CgroupLibrary* library)
      : reader_(reader), library_(library), view_(view_cgroups(reader)) {}

  Detection run(const MemoryOverride& memory, const CpuOverride& cpus, const std::string& wal_folder) {
    look_at_mode();
    look_at_machine();
    look_at_memory(memory);
    look_at_container();
    look_at_cpus(cpus);
    look_at_huge_pages();
    look_at_pressure();
    look_at_oom_group();
    look_at_nodes();
    look_at_wal_folder(wal_folder);
    put_results_first(memory);
    return std::move(found_);
  }

private:
  void add(std::string name, std::string value, std::string source, std::string remark = {}) {
    found_.facts.push_back({std::move(name), std::move(value), std::move(source), std::move(remark)});
  }

  VisibleGroup group(std::string_view controller, std::string_view preferred = {}) const {
    return view_.find(controller, preferred);
  }

  void look_at_mode() {
    found_.cgroup_mode = view_.mode;
    add("cgroup mode", view_.mode, view_.mode_source, view_.mode_remark);
    if (library_ == nullptr) return;
    if (!library_->because.empty()) return add("libcgroup", kUnknown, "libcgroup", library_->because);
    const std::string mode = mode_in_our_words(library_->mode);
    if (mode.empty()) {
      add("cgroup mode", kUnknown, "libcgroup", "this version of it cannot tell");
    } else {
      add("cgroup mode", mode, "libcgroup",
          mode == view_.mode ? "agrees" : fmt::format("not used, since {} says {}", view_.mode_source, view_.mode));
    }
    look_at_library_mount("memory mount", library_->memory_mount, &memory_mount_);
    look_at_library_mount("cpu mount", library_->cpu_mount, &cpu_mount_);
  }

  // The library reads the mount table once and knows nothing of mount roots, so its word counts only where both agree.
  void look_at_library_mount(const char* name, const std::string& mount, std::string* preferred) {
    if (mount.empty()) return;
    const bool confirmed = view_.has_mount(mount);
    if (confirmed) *preferred = mount;
    add(name, mount, "libcgroup",
        confirmed ? "" : fmt::format("not used, since {} has no such mount", view_.mode_source));
  }

  void look_at_machine() {
    const Outcome<std::string> text = reader_.read(kMeminfo);
    if (text) meminfo_ = *text;
    const Outcome<int64_t> total = machine_memory(text);
    if (total) {
      found_.machine_bytes = *total;
      add("MemTotal", whole_mib_size(*total), kMeminfo);
    } else {
      add("MemTotal", kUnknown, kMeminfo, total.because());
    }
  }

  void look_at_memory(const MemoryOverride& chosen) {
    const VisibleGroup group = this->group("memory", memory_mount_);
    const std::vector<MemoryLimit> limits = read_memory_limits(reader_, group);
    const MemoryLimit* least = tightest(limits);
    for (const MemoryLimit& limit : limits) add_memory_limit(limit, &limit == least);
    if (limits.empty()) add("memory limit", "none", "", "no control group with a memory limit can be seen");
    choose_memory(chosen, least, group.version, &found_);
    has_limit_ = least != nullptr;
    find_group_files(group, least);
  }

  void add_memory_limit(const MemoryLimit& limit, bool least) {
    found_.memory_limit_files.push_back(limit.path);
    if (!limit.value.known()) {
      add(limit.name, kUnknown, limit.path, limit.value.because());
      found_.warnings.push_back(fmt::format("a memory limit is not known: {}: {}", limit.path, limit.value.because()));
    } else if (limit.value.limits()) {
      add(limit.name, exact_size(limit.value.amount()), limit.path, least ? "the tightest" : "");
    } else {
      add(limit.name, "max", limit.path);
    }
  }

  void find_group_files(const VisibleGroup& group, const MemoryLimit* least) {
    const bool v2 = group.version == 2;
    std::vector<std::string> levels = group.levels;
    if (least != nullptr) levels = {folder_of(least->path)};
    for (const std::string& level : levels) {
      const std::string usage = level + (v2 ? "/memory.current" : "/memory.usage_in_bytes");
      if (!reader_.read(usage)) continue;
      found_.group.usage = usage;
      found_.group.stat = existing(level + "/memory.stat");
      found_.group.events = existing(level + (v2 ? "/memory.events" : "/memory.oom_control"));
      found_.group.failures = v2 ? "" : existing(level + "/memory.failcnt");
      found_.group.pressure = v2 ? existing(level + "/memory.pressure") : "";
      return;
    }
  }

  std::string existing(std::string path) const { return reader_.read(path) ? std::move(path) : std::string(); }

  void look_at_container() {
    const ContainerSign sign = container_sign(reader_, view_);
    add("container", sign.what.empty() ? "no" : "yes", sign.source, sign.what.empty() ? "no sign of one" : sign.what);
    found_.container_without_limit = !sign.what.empty() && !has_limit_ && found_.memory_origin == MemoryOrigin::meminfo;
    if (!found_.container_without_limit) return;
    found_.warnings.push_back(
        fmt::format("memory comes from {} inside a container without a memory limit ({}): the whole machine's {} is "
                    "planned for, set a limit, POSTGRES_MEMORY or aza.memory",
                    kMeminfo, sign.what, exact_size(found_.memory_mib * kMiB)));
  }

  void look_at_cpus(const CpuOverride& chosen) {
    const VisibleGroup quota_group = group("cpu", cpu_mount_);
    const VisibleGroup cpuset_group = group("cpuset");
    const std::vector<CpuLimit> quotas = read_cpu_quotas(reader_, quota_group);
    const std::vector<CpuLimit> cpusets = read_cpusets(reader_, cpuset_group);
    CpuEvidence evidence{quota_group.version, cpuset_group.version,    tightest(quotas),
                         tightest(cpusets),   reader_.affinity_cpus(), online(kOnlineCpus)};
    for (const CpuLimit& limit : quotas) add_cpu_limit(limit, &limit == evidence.quota);
    for (const CpuLimit& limit : cpusets) add_cpu_limit(limit, &limit == evidence.cpuset && leaves_cpus_out(evidence));
    add_count("CPUs of the affinity mask", evidence.affinity, "sched_getaffinity");
    add_count("CPUs online", evidence.online, kOnlineCpus);
    choose_cpus(chosen, evidence, &found_);
  }

  void add_cpu_limit(const CpuLimit& limit, bool least) {
    found_.cpu_limit_files.push_back(limit.path);
    if (!limit.value.known()) return add(limit.name, kUnknown, limit.path, limit.value.because());
    const std::string cpus = limit.value.limits() ? fmt::format("{} ({})", limit.value.amount(), limit.text) : "max";
    add(limit.name, cpus, limit.path, least ? "the tightest" : "");
  }

  void add_count(const char* name, const Outcome<int>& count, const char* source) {
    add(name, count ? fmt::format("{}", *count) : kUnknown, source, count.because());
  }

  // How many a list of CPUs or nodes names.
  Outcome<int> online(const char* path) const {
    const Outcome<std::string> text = reader_.read(path);
    return text ? list_count(first_line(*text)) : Outcome<int>::unknown(text.because());
  }

  void look_at_huge_pages() {
    found_.huge_pages = parse_huge_pages(meminfo_);
    const HugePages& pages = found_.huge_pages;
    if (pages.page_bytes == 0) return add("huge pages", kUnknown, kMeminfo, "it says nothing of them that can be used");
    add("huge pages", fmt::format("{} of {} free", pages.free_pages, exact_size(pages.page_bytes)), kMeminfo,
        fmt::format("{} in all", pages.total_pages));
    found_.huge_pages.limit_bytes = hugetlb_limit(reader_, group("hugetlb"), pages.page_bytes, &found_.facts);
  }

  void look_at_pressure() {
    if (found_.group.pressure.empty()) found_.group.pressure = existing(kMachinePressure);
    const std::string& path = found_.group.pressure;
    found_.pressure_available = !path.empty();
    if (path.empty()) return add("memory pressure", kUnknown, kMachinePressure, "the kernel offers none (psi=1 would)");
    add("memory pressure", "available", path, "reported, not planned from");
  }

  void look_at_oom_group() {
    const VisibleGroup group = this->group("memory", memory_mount_);
    for (const std::string& level : group.levels) {
      const std::string path = level + "/memory.oom.group";
      const Outcome<std::string> text = reader_.read(path);
      if (!text || first_line(*text) != "1") continue;
      found_.oom_group = true;
      return add("memory.oom.group", "1", path, "out of memory in one backend ends the whole server");
    }
  }

  void look_at_nodes() {
    const Outcome<int> nodes = online(kOnlineNodes);
    if (nodes) found_.numa_nodes = std::max(1, *nodes);
    add_count("NUMA nodes", nodes, kOnlineNodes);
  }

  void look_at_wal_folder(const std::string& folder) {
    if (folder.empty()) return;
    const Outcome<int64_t> bytes = reader_.free_bytes(folder);
    if (bytes) found_.wal_free_bytes = *bytes;
    add("free space for WAL", bytes ? pretty_size(*bytes) : kUnknown, folder, bytes.because());
  }

  void put_results_first(const MemoryOverride& memory) {
    const Fact memory_fact{"memory", exact_size(found_.memory_mib * kMiB), found_.memory_source,
                           !memory.name.empty() ? "a human's choice" : found_.memory_limit_path};
    const Fact cpus_fact{"CPUs", fmt::format("{}", found_.cpus), found_.cpus_source, ""};
    found_.facts.insert(found_.facts.begin(), {memory_fact, cpus_fact});
  }

  const SystemReader& reader_;
  const CgroupLibrary* library_;
  CgroupView view_;
  Detection found_;
  std::string meminfo_;
  std::string memory_mount_;  // as the library says and mountinfo confirms, or empty
  std::string cpu_mount_;
  bool has_limit_ = false;
};

}  // namespace

std::variant<Detection, InputError> detect(const SystemReader& reader, const Overrides& overrides,
                                           const std::string& wal_folder, const CgroupLibrary* library) {
  auto memory = memory_override(overrides);
  if (auto* error = std::get_if<InputError>(&memory)) return std::move(*error);
  auto cpus = cpu_override(overrides);
  if (auto* error = std::get_if<InputError>(&cpus)) return std::move(*error);
  Probe probe(reader, library);
  return probe.run(std::get<MemoryOverride>(memory), std::get<CpuOverride>(cpus), wal_folder);
}

}  // namespace aza
