#include "core/plan_words.h"

#include <fmt/format.h>

#include "core/bytes.h"

namespace aza {

namespace {

std::string cpus_text(int cpus) {
  return fmt::format("{} CPU{}", cpus, cpus == 1 ? "" : "s");
}

// As the server shows it: 4, 1.1, 1.25.
std::string hundredths_text(int64_t amount) {
  if (amount % 100 == 0) return fmt::format("{}", amount / 100);
  if (amount % 10 == 0) return fmt::format("{}.{}", amount / 100, amount / 10 % 10);
  return fmt::format("{}.{:02}", amount / 100, amount % 100);
}

std::string share_text(Share share, int64_t memory_mib) {
  if (share.of == 100) return fmt::format("{} % of {}MB", share.parts, memory_mib);
  return fmt::format("{}/{} of {}MB", share.parts, share.of, memory_mib);
}

std::string connections_text(const Machine& machine) {
  const ConnectionTier& tier = tier_at(profile_of(machine.workload).connections, machine.memory_mib);
  const char* workload = workload_name(machine.workload);
  if (tier.from_mib == 0) return fmt::format("{} for {} on {}MB", tier.connections, workload, machine.memory_mib);
  return fmt::format("{} for {} from {}MB up", tier.connections, workload, tier.from_mib);
}

std::string worker_processes_text(const Machine& machine) {
  std::string text = fmt::format("2 x {}", cpus_text(machine.cpus));
  if (machine.preload_workers > 0) text += fmt::format(" + {} for preloaded libraries", machine.preload_workers);
  return text;
}

std::string gather_text(const Machine& machine) {
  if (machine.cpus == 1 && !profile_of(machine.workload).gather_on_one_cpu) {
    return fmt::format("none for {} with 1 CPU", workload_name(machine.workload));
  }
  return cpus_text(machine.cpus) + " / 2";
}

std::string autovacuum_text(const Machine& machine, const Bounds& own) {
  if (machine.cpus > kManyCpus) return cpus_text(machine.cpus) + " / 4";
  return fmt::format("the server's default {} up to {} CPUs", own.server_default, kManyCpus);
}

std::string huge_pages_text(const Machine& machine, const HugePageNeed& pages) {
  if (pages.needed == 0) return "off: the size of huge pages is unknown";
  const std::string size = exact_size(machine.huge_pages.page_bytes);
  if (pages.usable >= pages.needed) {
    return fmt::format("try: {} huge pages of {} are free, shared memory needs {}", pages.usable, size, pages.needed);
  }
  const bool by_limit = pages.usable < machine.huge_pages.free_pages;
  return fmt::format("off: shared memory needs {} huge pages of {}, {} {}", pages.needed, size, pages.usable,
                     by_limit ? "are allowed to this group" : "are free");
}

std::string wal_text(const Machine& machine, int64_t mib) {
  return fmt::format("{} for {}", exact_size(mib * kMiB), workload_name(machine.workload));
}

std::string memory_rule(Setting setting, const Machine& machine, const Amounts& amounts) {
  const WorkloadProfile& workload = profile_of(machine.workload);
  switch (setting) {
    case Setting::max_connections:
      return connections_text(machine);
    case Setting::shared_buffers:
      return share_text(tier_at(workload.buffers, machine.memory_mib).share, machine.memory_mib);
    case Setting::effective_cache_size:
      return share_text(workload.cache, machine.memory_mib);
    case Setting::maintenance_work_mem:
      return fmt::format("{}MB / {}", machine.memory_mib, workload.maintenance_divisor);
    case Setting::work_mem:
      return fmt::format("{}MB / ({} connections x {})", machine.memory_mib, amounts[Setting::max_connections].value,
                         workload.work_divisor);
    default:
      return {};
  }
}

std::string worker_rule(Setting setting, const Machine& machine, const ServerBounds& bounds) {
  switch (setting) {
    case Setting::max_worker_processes:
      return worker_processes_text(machine);
    case Setting::max_parallel_workers:
      return cpus_text(machine.cpus);
    case Setting::max_parallel_workers_per_gather:
      return gather_text(machine);
    case Setting::max_parallel_maintenance_workers:
      return cpus_text(machine.cpus) + " / 2";
    case Setting::io_workers:
      return cpus_text(machine.cpus) + " / 4";
    case Setting::autovacuum_worker_slots:
    case Setting::autovacuum_max_workers:
      return autovacuum_text(machine, bounds[setting]);
    default:
      return {};
  }
}

std::string profile_rule(Setting setting, const Machine& machine) {
  const WorkloadProfile& workload = profile_of(machine.workload);
  switch (setting) {
    case Setting::min_wal_size:
      return wal_text(machine, workload.min_wal_mib);
    case Setting::max_wal_size:
      return wal_text(machine, workload.max_wal_mib);
    case Setting::random_page_cost:
    case Setting::effective_io_concurrency:
    case Setting::maintenance_io_concurrency:
      return fmt::format("for storage {}", storage_name(machine.storage));
    case Setting::default_statistics_target:
    case Setting::jit:
      return fmt::format("for workload {}", workload.name);
    default:
      return {};
  }
}

}  // namespace

std::string value_text(Setting setting, int64_t amount) {
  if (is_size(setting)) return exact_size(amount);
  switch (setting) {
    case Setting::random_page_cost:
      return hundredths_text(amount);
    case Setting::jit:
      return amount != 0 ? "on" : "off";
    case Setting::huge_pages:
      return amount != 0 ? "try" : "off";
    default:
      return fmt::format("{}", amount);
  }
}

std::string rule_text(Setting setting, const Machine& machine, const Amounts& amounts, const ServerBounds& bounds) {
  if (setting == Setting::huge_pages) return huge_pages_text(machine, amounts.huge_pages);
  if (setting >= Setting::max_wal_senders) {
    return fmt::format("a standby must not have less than its primary; the server's default is {}",
                       bounds[setting].server_default);
  }
  if (setting >= Setting::min_wal_size) return profile_rule(setting, machine);
  if (setting >= Setting::max_worker_processes) return worker_rule(setting, machine, bounds);
  return memory_rule(setting, machine, amounts);
}

}  // namespace aza
