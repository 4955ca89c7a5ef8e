// Memory and connections.
#include "core/bytes.h"
#include "core/plan_amounts.h"

namespace aza {

Amount connections_amount(const Machine& machine) {
  return {tier_at(profile_of(machine.workload).connections, machine.memory_mib).connections};
}

// Where a bigger tier has a smaller share, its first machines would get less than the last of the tier below.
Amount shared_buffers_amount(const Machine& machine) {
  const auto tiers = profile_of(machine.workload).buffers;
  Amount mib{tier_at(tiers, machine.memory_mib).share.apply(machine.memory_mib)};
  for (size_t i = 1; i < tiers.size() && tiers[i].from_mib <= machine.memory_mib; i++) {
    mib = mib.at_least(tiers[i - 1].share.apply(tiers[i].from_mib - 1), Limit::smaller_machine);
  }
  mib = mib.at_most(kMostSharedBuffersMib);
  return {mib.value * kMiB, mib.limit, mib.by * kMiB};
}

Amount cache_amount(const Machine& machine, int64_t shared_buffers) {
  const int64_t memory = machine.memory_mib * kMiB;
  Amount bytes{profile_of(machine.workload).cache.apply(machine.memory_mib) * kMiB};
  return 2 * shared_buffers <= memory ? bytes.at_least(2 * shared_buffers) : bytes;
}

Amount maintenance_amount(const Machine& machine) {
  Amount bytes{machine.memory_mib / profile_of(machine.workload).maintenance_divisor * kMiB};
  return bytes.at_least(kLeastMaintenanceMib * kMiB).at_most(kMostMaintenanceMib * kMiB);
}

// More connections from a tier on mean less for each of them: a machine just below it must not get more than one in it.
Amount work_amount(const Machine& machine, int64_t connections) {
  const WorkloadProfile& profile = profile_of(machine.workload);
  auto each = [&](int64_t memory_mib, int64_t sharers) { return memory_mib / (sharers * profile.work_divisor) * kMiB; };
  Amount bytes{each(machine.memory_mib, connections)};
  for (const ConnectionTier& tier : profile.connections) {
    if (tier.from_mib <= machine.memory_mib || tier.connections <= connections) continue;
    bytes = bytes.at_most(each(tier.from_mib, tier.connections), Limit::bigger_machine);
  }
  return bytes.at_least(kLeastWorkMib * kMiB).at_most(profile.work_most_mib * kMiB);
}

}  // namespace aza
