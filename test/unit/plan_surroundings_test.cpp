// What the plan takes from around the server: huge pages, the WAL's disk, a primary; and whether it all fits.
#include <gtest/gtest.h>

#include "core/bytes.h"
#include "core/plan.h"

namespace aza {
namespace {

Machine machine_of(int64_t memory_mib, int cpus = 1) {
  Machine machine;
  machine.memory_mib = memory_mib;
  machine.cpus = cpus;
  return machine;
}

Plan plan_for(const Machine& machine) {
  return make_plan(machine, postgres_18_bounds());
}

std::string line(const Plan& plan, Setting setting) {
  const PlannedSetting* planned = plan.find(setting);
  return planned == nullptr ? "not planned" : planned->value + " | " + planned->rule + " | " + planned->bound;
}

TEST(PlanHugePages, OffWhereNoneAreFree) {
  Machine machine = machine_of(2048);
  machine.huge_pages.page_bytes = 2 * kMiB;
  const Plan plan = plan_for(machine);
  EXPECT_EQ(line(plan, Setting::huge_pages), "off | off: shared memory needs 283 huge pages of 2MB, 0 are free | ");
  EXPECT_EQ(plan.huge_pages_to_reserve, 283);
}

TEST(PlanHugePages, TryWhereEnoughAreFree) {
  Machine machine = machine_of(2048);
  machine.huge_pages = {2 * kMiB, 400, 283, std::nullopt};
  EXPECT_EQ(line(plan_for(machine), Setting::huge_pages),
            "try | try: 283 huge pages of 2MB are free, shared memory needs 283 | ");
  machine.huge_pages.free_pages = 282;
  EXPECT_EQ(line(plan_for(machine), Setting::huge_pages),
            "off | off: shared memory needs 283 huge pages of 2MB, 282 are free | ");
}

TEST(PlanHugePages, TheGroupsLimitCounts) {
  Machine machine = machine_of(2048);
  machine.huge_pages = {2 * kMiB, 400, 400, 100 * kMiB};
  EXPECT_EQ(line(plan_for(machine), Setting::huge_pages),
            "off | off: shared memory needs 283 huge pages of 2MB, 50 are allowed to this group | ");
}

TEST(PlanHugePages, UnknownSize) {
  const Plan plan = plan_for(machine_of(2048));
  EXPECT_EQ(line(plan, Setting::huge_pages), "off | off: the size of huge pages is unknown | ");
  EXPECT_EQ(plan.huge_pages_to_reserve, 0);
}

TEST(PlanWal, NeverMoreThanHalfOfTheFreeSpace) {
  Machine machine = machine_of(2048);
  machine.wal_free_bytes = 8 * kGiB;
  EXPECT_EQ(line(plan_for(machine), Setting::max_wal_size), "4GB | 4GB for mixed | ");
  machine.wal_free_bytes = 3 * kGiB - 1;
  EXPECT_EQ(line(plan_for(machine), Setting::max_wal_size),
            "1535MB | 4GB for mixed | at most half of the 3071MB free for pg_wal, 1535MB");
  EXPECT_EQ(line(plan_for(machine), Setting::min_wal_size), "1GB | 1GB for mixed | ");
  machine.wal_free_bytes = kGiB;
  EXPECT_EQ(line(plan_for(machine), Setting::min_wal_size), "512MB | 1GB for mixed | not above max_wal_size, 512MB");
  EXPECT_TRUE(plan_for(machine).warnings.empty());
}

TEST(PlanWal, NeverLessThanTwoSegments) {
  Machine machine = machine_of(2048);
  machine.wal_free_bytes = 40 * kMiB;
  const Plan plan = plan_for(machine);
  EXPECT_EQ(line(plan, Setting::max_wal_size), "32MB | 4GB for mixed | at least two WAL segments, 32MB");
  EXPECT_EQ(line(plan, Setting::min_wal_size), "32MB | 1GB for mixed | not above max_wal_size, 32MB");
  ASSERT_EQ(plan.warnings.size(), 1u);
  EXPECT_EQ(plan.warnings[0],
            "max_wal_size cannot be less than 32MB, but the file system of pg_wal has only 40MB free");
}

TEST(PlanWal, LargeSegments) {
  Machine machine = machine_of(2048);
  machine.wal_segment_bytes = kGiB;
  EXPECT_EQ(line(plan_for(machine), Setting::min_wal_size), "2GB | 1GB for mixed | at least two WAL segments, 2048MB");
  machine.workload = Workload::desktop;
  EXPECT_EQ(line(plan_for(machine), Setting::max_wal_size), "2GB | 2GB for desktop | ");
}

TEST(PlanStandby, NeverBelowThePrimary) {
  Machine machine = machine_of(512);
  machine.standby = StandbyFloor{200, 24, 20, 50, 128};
  const Plan plan = plan_for(machine);
  EXPECT_EQ(line(plan, Setting::max_connections), "200 | 80 for mixed on 512MB | not below the primary's 200");
  EXPECT_EQ(line(plan, Setting::max_worker_processes), "24 | 2 x 1 CPU | not below the primary's 24");
  EXPECT_EQ(
      line(plan, Setting::max_wal_senders),
      "20 | a standby must not have less than its primary; the server's default is 10 | not below the primary's 20");
  EXPECT_EQ(plan.find(Setting::max_prepared_transactions)->value, "50");
  EXPECT_EQ(plan.find(Setting::max_locks_per_transaction)->value, "128");
  EXPECT_EQ(plan.budget.connections, 200);
}

TEST(PlanStandby, MoreConnectionsMeanLessWorkMem) {
  Machine machine = machine_of(2048);
  machine.standby = StandbyFloor{500, 8, 10, 0, 64};
  EXPECT_EQ(line(plan_for(machine), Setting::work_mem), "1MB | 2048MB / (500 connections x 4) | ");
}

TEST(PlanStandby, WhatThePrimaryLeavesAtTheDefaultIsNotPlanned) {
  Machine machine = machine_of(4096, 8);
  machine.standby = StandbyFloor{100, 8, 10, 0, 64};
  const Plan plan = plan_for(machine);
  EXPECT_EQ(line(plan, Setting::max_connections), "200 | 200 for mixed from 4096MB up | ");
  EXPECT_EQ(line(plan, Setting::max_wal_senders), "not planned");
  EXPECT_EQ(line(plan, Setting::max_prepared_transactions), "not planned");
  EXPECT_EQ(line(plan, Setting::max_locks_per_transaction), "not planned");
}

// shared_memory_size of PostgreSQL 18.6 with these shared_buffers, max_connections and max_worker_processes.
TEST(Budget, SharedMemoryIsWhatTheServerSays) {
  struct Measured {
    int64_t buffers_mib, connections, workers, shared_mib;
  };
  for (const Measured& m :
       {Measured{128, 80, 8, 148}, Measured{256, 120, 8, 288}, Measured{512, 120, 8, 560}, Measured{1024, 200, 8, 1093},
        Measured{2048, 200, 8, 2149}, Measured{3276, 200, 8, 3413}, Measured{6553, 200, 17, 6771},
        Measured{9830, 200, 64, 10130}, Measured{32768, 200, 64, 33596}, Measured{128, 1080, 8, 201}}) {
    const int64_t estimate = shared_memory_bytes(m.buffers_mib * kMiB, m.connections, m.workers);
    EXPECT_GE(estimate, m.shared_mib * kMiB) << m.buffers_mib;
    EXPECT_LE(estimate, m.shared_mib * kMiB + 15 * kMiB) << m.buffers_mib;
  }
}

TEST(Budget, Parts) {
  const Budget budget = memory_budget(2048, 512 * kMiB, 120, 2);
  EXPECT_EQ(budget.memory, 2048 * kMiB);
  EXPECT_EQ(budget.shared_memory, shared_memory_bytes(512 * kMiB, 120, 8));
  EXPECT_EQ(budget.connections, 120);
  EXPECT_EQ(budget.per_connection, kIdleBackendKib * kKiB);
  EXPECT_EQ(budget.reserve, (16 + 64) * kMiB + 8 * kIdleBackendKib * kKiB);
  EXPECT_EQ(budget.headroom, budget.memory - budget.shared_memory - 120 * budget.per_connection - budget.reserve);
}

TEST(Budget, ConnectionsThatFitAreTheMostThatFit) {
  const int64_t most = memory_budget(512, 128 * kMiB, 80, 1).connections_that_fit;
  EXPECT_GE(memory_budget(512, 128 * kMiB, most, 1).headroom, 0);
  EXPECT_LT(memory_budget(512, 128 * kMiB, most + 1, 1).headroom, 0);
}

TEST(Budget, WarningNamesWhatWouldFit) {
  Machine machine = machine_of(512);
  machine.standby = StandbyFloor{1000, 8, 10, 0, 64};
  const Plan plan = plan_for(machine);
  ASSERT_EQ(plan.warnings.size(), 1u);
  EXPECT_EQ(
      plan.warnings[0],
      "1000 connections do not fit into 512MB of memory: before the first query the server needs 1849MB, 1337MB too "
      "much; 189 would fit");
}

TEST(Budget, SmallestMachines) {
  const Plan plan = plan_for(machine_of(64));
  ASSERT_EQ(plan.warnings.size(), 2u);
  EXPECT_EQ(plan.warnings[0], "64MB of memory is less than the 512MB that the plan was made for: it goes on smaller");
  EXPECT_EQ(plan.warnings[1],
            "80 connections do not fit into 64MB of memory: before the first query the server needs 191MB, 127MB too "
            "much; 3 would fit");
  EXPECT_EQ(plan_for(machine_of(511)).warnings.size(), 1u);
  EXPECT_EQ(plan_for(machine_of(1)).find(Setting::shared_buffers)->value, "128kB");
  EXPECT_EQ(plan_for(machine_of(1)).find(Setting::effective_cache_size)->value, "256kB");
}

}  // namespace
}  // namespace aza
