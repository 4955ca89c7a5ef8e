// Processes that work beside the connections.
#include "core/plan_amounts.h"

namespace aza {

Amount worker_processes_amount(const Machine& machine) {
  return Amount{2 * int64_t{machine.cpus} + machine.preload_workers}
      .at_least(kLeastWorkerProcesses)
      .at_most(kMostWorkerProcesses);
}

Amount parallel_workers_amount(const Machine& machine) {
  return {machine.cpus};
}

// One CPU gains nothing from a second process per query, and short queries lose by it.
Amount gather_workers_amount(const Machine& machine) {
  if (machine.cpus == 1 && !profile_of(machine.workload).gather_on_one_cpu) return {0};
  return Amount{machine.cpus / 2}.at_least(1);
}

Amount maintenance_workers_amount(const Machine& machine) {
  return Amount{machine.cpus / 2}.at_least(1).at_most(4);
}

Amount io_workers_amount(const Machine& machine) {
  return Amount{machine.cpus / 4}.at_least(machine.memory_mib >= kManyIoWorkersFromMib ? 3 : 1);
}

Amount autovacuum_amount(const Machine& machine, int64_t server_default) {
  if (machine.cpus <= kManyCpus) return {server_default};
  return Amount{machine.cpus / 4}.at_most(kMostAutovacuumWorkers).at_least(server_default, Limit::server_default);
}

}  // namespace aza
