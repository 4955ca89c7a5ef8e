#include "core/cpu_limit.h"

#include <optional>

#include <fmt/format.h>

#include "core/kernel_text.h"

namespace aza {

namespace {

constexpr std::string_view kQuotaFile = "cpu.cfs_quota_us";
constexpr std::string_view kPeriodFile = "cpu.cfs_period_us";
constexpr std::string_view kUsualPeriod = "100000";

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

CpuLimit no_limit(std::string_view text) {
  return {{}, {}, std::string(text), LimitValue::none()};
}
CpuLimit unusable(std::string because) {
  return {{}, {}, {}, LimitValue::unknown(std::move(because))};
}

CpuLimit quota_limit(std::string_view quota_text, std::string_view period_text) {
  const std::optional<int64_t> quota = whole_number(quota_text);
  const std::optional<int64_t> period = whole_number(period_text);
  if (!quota || !period || *quota == 0 || *period == 0) {
    return unusable(fmt::format("it holds \"{}\" with period \"{}\"", printable(quota_text), printable(period_text)));
  }
  const bool exact = *quota % *period == 0;
  const int64_t cpus = *quota / *period + (exact ? 0 : 1);
  return {{}, {}, fmt::format("{}/{}{}", *quota, *period, exact ? "" : ", rounded up"), LimitValue::of(cpus)};
}

CpuLimit parse_cpuset(std::string_view text) {
  const std::string_view list = first_line(text);
  if (list.empty()) return no_limit("");  // the parent's CPUs
  const Outcome<int> count = list_count(list);
  if (!count) return unusable(count.because());
  return {{}, {}, printable(list), LimitValue::of(*count)};
}

CpuLimit read_quota(const SystemReader& reader, std::string_view path, std::string_view quota) {
  std::string period_path(path.substr(0, path.size() - kQuotaFile.size()));
  const Outcome<std::string> period = reader.read(period_path.append(kPeriodFile));
  return parse_cfs_quota(quota, period ? std::string_view(*period) : kUsualPeriod);
}

CpuLimit parse_by_name(const SystemReader& reader, std::string_view path, std::string_view text) {
  const std::string_view name = base_name(path);
  if (name == "cpu.max") return parse_cpu_max(text);
  return name == kQuotaFile ? read_quota(reader, path, text) : parse_cpuset(text);
}

bool exists(const CpuLimit& limit) {
  return limit.value.known() || limit.value.because() != SystemReader::kMissing;
}

}  // namespace

CpuLimit parse_cpu_max(std::string_view text) {
  const std::vector<std::string_view> parts = words(first_line(text));
  if (parts.empty()) return unusable("it is empty");
  if (parts[0] == "max") return no_limit("max");
  return quota_limit(parts[0], parts.size() > 1 ? parts[1] : kUsualPeriod);
}

CpuLimit parse_cfs_quota(std::string_view quota, std::string_view period) {
  const std::string_view value = first_line(quota);
  if (value.empty()) return unusable("it is empty");
  if (value.starts_with('-') && whole_number(value.substr(1))) return no_limit(value);
  return quota_limit(value, first_line(period));
}

CpuLimit read_cpu_limit(const SystemReader& reader, const std::string& path) {
  const Outcome<std::string> text = reader.read(path);
  CpuLimit limit = text ? parse_by_name(reader, path, *text) : unusable(text.because());
  limit.path = path;
  limit.name = base_name(path);
  return limit;
}

std::vector<CpuLimit> read_cpu_quotas(const SystemReader& reader, const VisibleGroup& group) {
  std::vector<CpuLimit> limits;
  for (const std::string& level : group.levels) {
    CpuLimit limit = read_cpu_limit(reader, level + (group.version == 2 ? "/cpu.max" : "/cpu.cfs_quota_us"));
    if (exists(limit)) limits.push_back(std::move(limit));
  }
  return limits;
}

std::vector<CpuLimit> read_cpusets(const SystemReader& reader, const VisibleGroup& group) {
  const char* effective = group.version == 2 ? "/cpuset.cpus.effective" : "/cpuset.effective_cpus";
  std::vector<CpuLimit> limits;
  for (const std::string& level : group.levels) {
    CpuLimit limit = read_cpu_limit(reader, level + effective);
    // What is effective already heeds what was configured, which only old kernels show alone.
    if (!exists(limit)) limit = read_cpu_limit(reader, level + "/cpuset.cpus");
    if (exists(limit)) limits.push_back(std::move(limit));
  }
  return limits;
}

}  // namespace aza
