#include "core/plan_amounts.h"

#include <algorithm>

#include "core/bytes.h"

namespace aza {

namespace {

constexpr int64_t kMostMemoryMib = int64_t{1} << 32;  // 4 PiB
constexpr int kMostCpus = 1 << 16;
constexpr int kMostPreloadWorkers = 1 << 16;

struct PrimaryValue {
  Setting setting;
  int StandbyFloor::* value;
};

constexpr PrimaryValue kPrimaryValues[] = {
    {Setting::max_connections, &StandbyFloor::max_connections},
    {Setting::max_worker_processes, &StandbyFloor::max_worker_processes},
    {Setting::max_wal_senders, &StandbyFloor::max_wal_senders},
    {Setting::max_prepared_transactions, &StandbyFloor::max_prepared_transactions},
    {Setting::max_locks_per_transaction, &StandbyFloor::max_locks_per_transaction},
};

// Every amount goes through here on its way into the plan: the server's own bounds, then what the primary has.
class Planner {
public:
  Planner(const Machine& machine, const ServerBounds& bounds, Amounts& amounts)
      : machine_(machine), bounds_(bounds), amounts_(amounts) {}

  int64_t plan(Setting setting, Amount amount) {
    const Bounds& own = bounds_[setting];
    amount = amount.at_least(own.min, Limit::server_min).at_most(own.max, Limit::server_max);
    amount = amount.at_least(primary_value(setting), Limit::standby);
    amounts_.plan(setting, amount);
    return amount.value;
  }

  // For what is no part of the plan as long as the primary is content with the server's default.
  void plan_for_standby(Setting setting) {
    const int64_t ours = bounds_[setting].server_default;
    if (primary_value(setting) > ours) plan(setting, {ours});
  }

private:
  int64_t primary_value(Setting setting) const {
    if (!machine_.standby) return INT64_MIN;
    for (const PrimaryValue& primary : kPrimaryValues) {
      if (primary.setting == setting) return (*machine_.standby).*primary.value;
    }
    return INT64_MIN;
  }

  const Machine& machine_;
  const ServerBounds& bounds_;
  Amounts& amounts_;
};

void plan_workers(const Machine& machine, const ServerBounds& bounds, Planner& planner) {
  planner.plan(Setting::max_worker_processes, worker_processes_amount(machine));
  planner.plan(Setting::max_parallel_workers, parallel_workers_amount(machine));
  planner.plan(Setting::max_parallel_workers_per_gather, gather_workers_amount(machine));
  planner.plan(Setting::max_parallel_maintenance_workers, maintenance_workers_amount(machine));
  planner.plan(Setting::io_workers, io_workers_amount(machine));
  for (Setting setting : {Setting::autovacuum_worker_slots, Setting::autovacuum_max_workers}) {
    planner.plan(setting, autovacuum_amount(machine, bounds[setting].server_default));
  }
}

void plan_profile(const Machine& machine, Planner& planner) {
  const WorkloadProfile& workload = profile_of(machine.workload);
  const StorageProfile& storage = profile_of(machine.storage);
  const int64_t max_wal = planner.plan(Setting::max_wal_size, max_wal_amount(machine));
  planner.plan(Setting::min_wal_size, min_wal_amount(machine, max_wal));
  planner.plan(Setting::random_page_cost, {storage.random_page_cost});
  planner.plan(Setting::effective_io_concurrency, {storage.effective_io_concurrency});
  planner.plan(Setting::maintenance_io_concurrency, {storage.maintenance_io_concurrency});
  planner.plan(Setting::default_statistics_target, {workload.statistics_target});
  planner.plan(Setting::jit, {workload.jit ? 1 : 0});
}

void plan_huge_pages(const Machine& machine, Amounts& amounts, Planner& planner) {
  amounts.huge_pages = huge_page_need(machine.huge_pages, amounts.budget.shared_memory);
  const bool covered = amounts.huge_pages.needed > 0 && amounts.huge_pages.usable >= amounts.huge_pages.needed;
  planner.plan(Setting::huge_pages, {covered ? 1 : 0});
}

}  // namespace

Machine sane_machine(const Machine& machine) {
  Machine sane = machine;
  sane.memory_mib = std::clamp<int64_t>(machine.memory_mib, 1, kMostMemoryMib);
  sane.cpus = std::clamp(machine.cpus, 1, kMostCpus);
  sane.preload_workers = std::clamp(machine.preload_workers, 0, kMostPreloadWorkers);
  sane.wal_segment_bytes = std::clamp(machine.wal_segment_bytes, kMiB, kGiB);
  if (machine.wal_free_bytes) sane.wal_free_bytes = std::max<int64_t>(*machine.wal_free_bytes, 0);
  return sane;
}

Amounts plan_amounts(const Machine& given, const ServerBounds& bounds) {
  const Machine machine = sane_machine(given);
  Amounts amounts;
  Planner planner(machine, bounds, amounts);
  const int64_t connections = planner.plan(Setting::max_connections, connections_amount(machine));
  const int64_t buffers = planner.plan(Setting::shared_buffers, shared_buffers_amount(machine));
  planner.plan(Setting::effective_cache_size, cache_amount(machine, buffers));
  planner.plan(Setting::maintenance_work_mem, maintenance_amount(machine));
  planner.plan(Setting::work_mem, work_amount(machine, connections));
  plan_workers(machine, bounds, planner);
  plan_profile(machine, planner);
  for (Setting setting :
       {Setting::max_wal_senders, Setting::max_prepared_transactions, Setting::max_locks_per_transaction}) {
    planner.plan_for_standby(setting);
  }
  amounts.budget = memory_budget(machine.memory_mib, buffers, connections, machine.cpus);
  plan_huge_pages(machine, amounts, planner);
  return amounts;
}

}  // namespace aza
