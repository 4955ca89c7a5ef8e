#include "core/memory_choice.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/kernel_text.h"

namespace aza {

namespace {

constexpr const char* kMemoryVariable = "POSTGRES_MEMORY";
constexpr const char* kMemorySetting = "aza.memory";

// The winner of a variable and a setting: the variable. Without a name where neither says anything.
struct Said {
  std::string name;
  std::string text;
};

Said who_said(const char* variable_name, const std::optional<std::string>& variable, const char* setting_name,
              const std::optional<std::string>& setting) {
  if (variable && !trim(*variable).empty()) return {variable_name, *variable};
  if (setting && !trim(*setting).empty()) return {setting_name, *setting};
  return {};
}

void use_override(const MemoryOverride& chosen, const MemoryLimit* limit, Detection* detection) {
  detection->memory_mib = chosen.mib;
  detection->memory_origin = chosen.name == kMemoryVariable ? MemoryOrigin::variable : MemoryOrigin::setting;
  detection->memory_source = chosen.name;
  const int64_t bytes = chosen.mib * kMiB;
  const auto warn = [&](const std::string& what) {
    detection->warnings.push_back(fmt::format("{} is {}, more than {}", chosen.name, exact_size(bytes), what));
  };
  if (limit != nullptr && bytes > limit->value.amount()) {
    warn(fmt::format("the limit of {} in {}: the kernel may end the server", whole_mib_size(limit->value.amount()),
                     limit->path));
  }
  if (detection->machine_bytes && bytes > *detection->machine_bytes) {
    warn(fmt::format("the {} that {} shows", whole_mib_size(*detection->machine_bytes), kMeminfo));
  }
}

void use_limit(const MemoryLimit& limit, int cgroup_version, Detection* detection) {
  detection->memory_mib = std::max<int64_t>(1, limit.value.amount() / kMiB);
  detection->memory_origin = cgroup_version == 2 ? MemoryOrigin::cgroup_v2 : MemoryOrigin::cgroup_v1;
  detection->memory_source = fmt::format("cgroup v{} {}", cgroup_version, limit.name);
  detection->memory_limit_path = limit.path;
}

void use_machine(int64_t machine_bytes, const MemoryLimit* limit, int cgroup_version, Detection* detection) {
  detection->memory_mib = std::max<int64_t>(1, machine_bytes / kMiB);
  detection->memory_origin = MemoryOrigin::meminfo;
  detection->memory_source = kMeminfo;
  if (limit == nullptr) return;
  detection->memory_source += fmt::format(" (cgroup v{} {} of {} is more than the machine has)", cgroup_version,
                                          limit->name, whole_mib_size(limit->value.amount()));
}

void use_nothing(Detection* detection) {
  detection->memory_mib = kSmallMib;
  detection->memory_source = "assumed";
  detection->warnings.push_back(
      fmt::format("memory is unknown: there is no limit, and {} has no MemTotal; {} is assumed, set {} or {} "
                  "to what is there",
                  kMeminfo, exact_size(kSmallMib * kMiB), kMemoryVariable, kMemorySetting));
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

Outcome<int64_t> machine_memory(const Outcome<std::string>& meminfo) {
  if (!meminfo) return Outcome<int64_t>::unknown(meminfo.because());
  Outcome<int64_t> total = named_number(*meminfo, "MemTotal");
  return total && *total == 0 ? Outcome<int64_t>::unknown("it is 0") : total;
}

std::variant<MemoryOverride, InputError> memory_override(const Overrides& overrides) {
  const Said said = who_said(kMemoryVariable, overrides.memory_variable, kMemorySetting, overrides.memory_setting);
  if (said.name.empty()) return MemoryOverride{};
  auto parsed = parse_memory(said.name, said.text);
  if (auto* error = std::get_if<InputError>(&parsed)) return std::move(*error);
  return MemoryOverride{said.name, std::get<int64_t>(parsed)};
}

std::variant<CpuOverride, InputError> cpu_override(const Overrides& overrides) {
  const Said said = who_said("POSTGRES_CPUS", overrides.cpus_variable, "aza.cpus", overrides.cpus_setting);
  if (said.name.empty()) return CpuOverride{};
  auto parsed = parse_cpus(said.name, said.text);
  if (auto* error = std::get_if<InputError>(&parsed)) return std::move(*error);
  return CpuOverride{said.name, std::get<int>(parsed)};
}

void choose_memory(const MemoryOverride& chosen, const MemoryLimit* limit, int cgroup_version, Detection* detection) {
  const bool limit_counts =
      limit != nullptr && (!detection->machine_bytes || limit->value.amount() <= *detection->machine_bytes);
  if (limit_counts) detection->group_limit_bytes = limit->value.amount();
  if (!chosen.name.empty()) {
    use_override(chosen, limit, detection);
  } else if (limit_counts) {
    use_limit(*limit, cgroup_version, detection);
  } else if (detection->machine_bytes) {
    use_machine(*detection->machine_bytes, limit, cgroup_version, detection);
  } else {
    use_nothing(detection);
  }
  warn_if_small(detection);
}

}  // namespace aza
