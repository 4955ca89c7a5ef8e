// The plan's properties over machines of every size: a bigger machine never gets a smaller value, every value is inside
// the server's bounds, and the budget adds up.
//
// What is swept: every memory size from 64MB to 1,048,576MB for every workload, with 1, 8 and 512 CPUs (and each
// storage with one of them); every CPU count from 1 to 512 for every workload and storage, at every memory size where a
// rule changes, one below and one above it, and at every power of two. Under a sanitizer, which is slow, the memory
// sweep takes every 37th size.
#include <gtest/gtest.h>

#include <set>

#include "core/plan_amounts.h"

namespace aza {
namespace {

constexpr int64_t kLeastMib = 64;
constexpr int64_t kMostMib = 1048576;
constexpr int kMostSweptCpus = 512;
constexpr Workload kWorkloads[] = {Workload::mixed, Workload::web, Workload::oltp, Workload::dw, Workload::desktop};
constexpr Storage kStorages[] = {Storage::ssd, Storage::nvme, Storage::hdd, Storage::san};

#if defined(__SANITIZE_ADDRESS__)
constexpr int64_t kStep = 37;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr int64_t kStep = 37;
#else
constexpr int64_t kStep = 1;
#endif
#else
constexpr int64_t kStep = 1;
#endif

std::string what(const Machine& machine) {
  return std::to_string(machine.memory_mib) + "MB, " + std::to_string(machine.cpus) + " CPUs, " +
         workload_name(machine.workload) + ", " + storage_name(machine.storage);
}

// One check without a message for each of many millions of machines; the message is made for the one that fails.
bool grows(const Amounts& smaller, const Amounts& bigger) {
  for (int i = 0; i < kSettingCount; i++) {
    if (bigger.of[i].value < smaller.of[i].value) return false;
  }
  return true;
}

bool inside(const Amounts& amounts, const ServerBounds& bounds) {
  for (int i = 0; i < kSettingCount; i++) {
    if (!amounts.planned[i]) continue;
    if (amounts.of[i].value < bounds.of[i].min || amounts.of[i].value > bounds.of[i].max) return false;
  }
  return true;
}

bool adds_up(const Amounts& amounts) {
  const Budget& budget = amounts.budget;
  const int64_t used = budget.shared_memory + budget.connections * budget.per_connection + budget.reserve;
  const bool fits = budget.connections_that_fit >= budget.connections;
  return budget.headroom == budget.memory - used && fits == (budget.headroom >= 0) &&
         budget.connections == amounts[Setting::max_connections].value;
}

// Feeds machines from small to big; stops at the first that breaks a property.
class Sweep {
public:
  bool next(const Machine& machine) {
    const Amounts amounts = plan_amounts(machine, bounds_);
    const bool good = (first_ || grows(before_, amounts)) && inside(amounts, bounds_) && adds_up(amounts);
    if (!good) ADD_FAILURE() << "broken at " << what(machine);
    before_ = amounts;
    first_ = false;
    return good;
  }

private:
  ServerBounds bounds_ = postgres_18_bounds();
  Amounts before_;
  bool first_ = true;
};

bool sweep_memory(Machine machine) {
  Sweep sweep;
  for (machine.memory_mib = kLeastMib; machine.memory_mib <= kMostMib; machine.memory_mib += kStep) {
    if (!sweep.next(machine)) return false;
  }
  return true;
}

bool sweep_cpus(Machine machine) {
  Sweep sweep;
  for (machine.cpus = 1; machine.cpus <= kMostSweptCpus; machine.cpus++) {
    if (!sweep.next(machine)) return false;
  }
  return true;
}

std::set<int64_t> interesting_sizes() {
  std::set<int64_t> sizes;
  auto around = [&](int64_t mib) {
    for (int64_t size : {mib - 1, mib, mib + 1}) {
      if (size >= kLeastMib && size <= kMostMib) sizes.insert(size);
    }
  };
  for (int64_t mib = kLeastMib; mib <= kMostMib; mib *= 2) around(mib);
  for (Workload workload : kWorkloads) {
    for (const ConnectionTier& tier : profile_of(workload).connections) around(tier.from_mib);
    for (const BufferTier& tier : profile_of(workload).buffers) around(tier.from_mib);
  }
  return sizes;
}

TEST(PlanSweep, EveryMemorySize) {
  Machine machine;
  int turn = 0;
  for (Workload workload : kWorkloads) {
    machine.workload = workload;
    for (int cpus : {1, 8, 512}) {
      machine.cpus = cpus;
      machine.storage = kStorages[turn++ % std::size(kStorages)];
      ASSERT_TRUE(sweep_memory(machine));
    }
  }
}

TEST(PlanSweep, EveryCpuCount) {
  Machine machine;
  for (Workload workload : kWorkloads) {
    machine.workload = workload;
    for (Storage storage : kStorages) {
      machine.storage = storage;
      for (int64_t mib : interesting_sizes()) {
        machine.memory_mib = mib;
        ASSERT_TRUE(sweep_cpus(machine));
      }
    }
  }
}

TEST(PlanSweep, CapsHoldForEveryWorkload) {
  Machine machine;
  const ServerBounds bounds = postgres_18_bounds();
  for (Workload workload : kWorkloads) {
    machine.workload = workload;
    for (machine.memory_mib = 1; machine.memory_mib <= kMostMib * 8;
         machine.memory_mib = machine.memory_mib * 5 / 4 + 1) {
      const Amounts amounts = plan_amounts(machine, bounds);
      ASSERT_LE(amounts[Setting::shared_buffers].value, int64_t{32768} << 20) << what(machine);
      ASSERT_LE(amounts[Setting::maintenance_work_mem].value, int64_t{2048} << 20) << what(machine);
    }
  }
}

// From the smallest machine of the sizing table up it always fits, even with far too many CPUs for it.
TEST(PlanSweep, FitsFrom512MbUp) {
  Machine machine;
  const ServerBounds bounds = postgres_18_bounds();
  for (Workload workload : kWorkloads) {
    machine.workload = workload;
    for (int cpus : {1, 2, 4, 8, 16, 32, 512}) {
      machine.cpus = cpus;
      for (machine.memory_mib = 512; machine.memory_mib <= 8192; machine.memory_mib++) {
        ASSERT_GE(plan_amounts(machine, bounds).budget.headroom, 0) << what(machine);
      }
    }
  }
}

}  // namespace
}  // namespace aza
