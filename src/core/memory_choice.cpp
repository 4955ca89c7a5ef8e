#include "core/memory_choice.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/kernel_text.h"

namespace aza {

namespace {

constexpr const char* kMemoryVariable = "POSTGRES_MEMORY";
constexpr const char* kCpusVariable = "POSTGRES_CPUS";
constexpr const char* kMeminfo = "/proc/meminfo";

bool said(const std::optional<std::string>& value) {
  return value && !trim(*value).empty();
}

// "512MB" of any number of bytes: whole megabytes, as the plan counts them.
std::string whole_mib_size(int64_t bytes) {
  return exact_size(std::max(bytes / kMiB, int64_t{1}) * kMiB);
}

void use_override(const MemoryOverride& chosen, const MemoryLimit* limit, Detection* detection) {
  detection->memory_mib = *chosen.mib;
  detection->memory_origin = chosen.name == kMemoryVariable ? MemoryOrigin::variable : MemoryOrigin::setting;
  detection->memory_source = chosen.name;
  const int64_t bytes = *chosen.mib * kMiB;
  const auto warn = [&](const std::string& what) {
    detection->warnings.push_back(fmt::format("{} is {}, more than {}", chosen.name, exact_size(bytes), what));
  };
  if (limit != nullptr && bytes > **limit->bytes) {
    warn(fmt::format("the limit of {} in {}: the kernel may end the server", whole_mib_size(**limit->bytes),
                     limit->path));
  }
  if (detection->machine_bytes && bytes > *detection->machine_bytes) {
    warn(fmt::format("the {} that {} shows", whole_mib_size(*detection->machine_bytes), kMeminfo));
  }
}

void use_limit(const MemoryLimit& limit, int cgroup_version, Detection* detection) {
  detection->memory_mib = std::max<int64_t>(1, **limit.bytes / kMiB);
  detection->memory_origin = cgroup_version == 2 ? MemoryOrigin::cgroup_v2 : MemoryOrigin::cgroup_v1;
  detection->memory_source = fmt::format("cgroup v{} {}", cgroup_version, limit.name);
  detection->memory_limit_path = limit.path;
}

void use_machine(const MemoryLimit* limit, int cgroup_version, Detection* detection) {
  detection->memory_mib = std::max<int64_t>(1, *detection->machine_bytes / kMiB);
  detection->memory_origin = MemoryOrigin::meminfo;
  detection->memory_source = kMeminfo;
  if (limit == nullptr) return;
  detection->memory_source += fmt::format(" (cgroup v{} {} of {} is more than the machine has)", cgroup_version,
                                          limit->name, whole_mib_size(**limit->bytes));
}

void use_nothing(Detection* detection) {
  detection->memory_mib = kSmallMib;
  detection->memory_source = "assumed";
  detection->warnings.push_back(
      fmt::format("memory is unknown: there is no limit, and {} has no MemTotal; {} is assumed, set {} or aza.memory "
                  "to what is there",
                  kMeminfo, exact_size(kSmallMib * kMiB), kMemoryVariable));
}

void warn_if_small(Detection* detection) {
  if (detection->memory_mib >= kSmallMib) return;
  const std::string size = exact_size(detection->memory_mib * kMiB);
  if (detection->memory_mib < kMinOverrideMib) {
    detection->warnings.push_back(
        fmt::format("memory is {} ({}), less than the {} that a server needs: the smallest plan that starts is used",
                    size, detection->memory_source, exact_size(kMinOverrideMib * kMiB)));
  } else {
    detection->warnings.push_back(fmt::format("memory is {} ({}), less than {}: the plan goes on smaller", size,
                                              detection->memory_source, exact_size(kSmallMib * kMiB)));
  }
}

}  // namespace

std::variant<MemoryOverride, InputError> memory_override(const Overrides& overrides) {
  const bool variable = said(overrides.memory_variable);
  if (!variable && !said(overrides.memory_setting)) return MemoryOverride{};
  const std::string name = variable ? kMemoryVariable : "aza.memory";
  auto parsed = parse_memory(name, variable ? *overrides.memory_variable : *overrides.memory_setting);
  if (auto* error = std::get_if<InputError>(&parsed)) return std::move(*error);
  return MemoryOverride{std::get<int64_t>(parsed), name};
}

std::variant<CpuOverride, InputError> cpu_override(const Overrides& overrides) {
  const bool variable = said(overrides.cpus_variable);
  if (!variable && !said(overrides.cpus_setting)) return CpuOverride{};
  const std::string name = variable ? kCpusVariable : "aza.cpus";
  auto parsed = parse_cpus(name, variable ? *overrides.cpus_variable : *overrides.cpus_setting);
  if (auto* error = std::get_if<InputError>(&parsed)) return std::move(*error);
  return CpuOverride{std::get<int>(parsed), name};
}

void choose_memory(const MemoryOverride& chosen, const MemoryLimit* limit, int cgroup_version, Detection* detection) {
  const bool limit_counts =
      limit != nullptr && (!detection->machine_bytes || **limit->bytes <= *detection->machine_bytes);
  if (chosen.mib) {
    use_override(chosen, limit, detection);
  } else if (limit_counts) {
    use_limit(*limit, cgroup_version, detection);
  } else if (detection->machine_bytes) {
    use_machine(limit, cgroup_version, detection);
  } else {
    use_nothing(detection);
  }
  warn_if_small(detection);
}

}  // namespace aza
