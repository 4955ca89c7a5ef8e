// Single rules: their values, their words, and what bounds them.
#include <gtest/gtest.h>

#include "core/bytes.h"
#include "core/plan.h"

namespace aza {
namespace {

Machine machine_of(int64_t memory_mib, int cpus, Workload workload = Workload::mixed, Storage storage = Storage::ssd) {
  Machine machine;
  machine.memory_mib = memory_mib;
  machine.cpus = cpus;
  machine.workload = workload;
  machine.storage = storage;
  return machine;
}

// "value | rule | bound"
std::string line(const Machine& machine, Setting setting, const ServerBounds& bounds = postgres_18_bounds()) {
  const Plan plan = make_plan(machine, bounds);
  const PlannedSetting* planned = plan.find(setting);
  if (planned == nullptr) return "not planned";
  return planned->value + " | " + planned->rule + " | " + planned->bound;
}

TEST(PlanRules, SharedBuffers) {
  EXPECT_EQ(line(machine_of(2048, 2), Setting::shared_buffers), "512MB | 25 % of 2048MB | ");
  EXPECT_EQ(line(machine_of(4096, 2), Setting::shared_buffers), "1GB | 25 % of 4096MB | ");
  EXPECT_EQ(line(machine_of(8193, 2), Setting::shared_buffers),
            "2GB | 20 % of 8193MB | not below the 2048MB of a smaller machine");
  EXPECT_EQ(line(machine_of(10244, 2), Setting::shared_buffers), "2GB | 20 % of 10244MB | ");
  EXPECT_EQ(line(machine_of(10245, 2), Setting::shared_buffers), "2049MB | 20 % of 10245MB | ");
  EXPECT_EQ(line(machine_of(32769, 2), Setting::shared_buffers),
            "6553MB | 15 % of 32769MB | not below the 6553MB of a smaller machine");
  EXPECT_EQ(line(machine_of(262144, 2), Setting::shared_buffers), "32GB | 15 % of 262144MB | at most 32768MB");
}

TEST(PlanRules, Connections) {
  EXPECT_EQ(line(machine_of(512, 1), Setting::max_connections), "80 | 80 for mixed on 512MB | ");
  EXPECT_EQ(line(machine_of(513, 1), Setting::max_connections), "120 | 120 for mixed from 513MB up | ");
  EXPECT_EQ(line(machine_of(4095, 1), Setting::max_connections), "120 | 120 for mixed from 513MB up | ");
  EXPECT_EQ(line(machine_of(4096, 1), Setting::max_connections), "200 | 200 for mixed from 4096MB up | ");
}

TEST(PlanRules, WorkMem) {
  EXPECT_EQ(line(machine_of(2048, 1), Setting::work_mem), "4MB | 2048MB / (120 connections x 4) | ");
  EXPECT_EQ(line(machine_of(4095, 1), Setting::work_mem),
            "5MB | 4095MB / (120 connections x 4) | not above the 5MB of a bigger machine");
  EXPECT_EQ(line(machine_of(256, 1), Setting::work_mem), "1MB | 256MB / (80 connections x 4) | at least 1MB");
  EXPECT_EQ(line(machine_of(32768, 1), Setting::work_mem), "32MB | 32768MB / (200 connections x 4) | at most 32MB");
}

TEST(PlanRules, OtherMemory) {
  EXPECT_EQ(line(machine_of(2048, 1), Setting::effective_cache_size), "1536MB | 75 % of 2048MB | ");
  EXPECT_EQ(line(machine_of(2048, 1), Setting::maintenance_work_mem), "64MB | 2048MB / 32 | ");
  EXPECT_EQ(line(machine_of(512, 1), Setting::maintenance_work_mem), "32MB | 512MB / 32 | at least 32MB");
  EXPECT_EQ(line(machine_of(131072, 1), Setting::maintenance_work_mem), "2GB | 131072MB / 32 | at most 2048MB");
}

TEST(PlanRules, WorkerProcesses) {
  EXPECT_EQ(line(machine_of(2048, 1), Setting::max_worker_processes), "8 | 2 x 1 CPU | at least 8");
  EXPECT_EQ(line(machine_of(2048, 6), Setting::max_worker_processes), "12 | 2 x 6 CPUs | ");
  EXPECT_EQ(line(machine_of(2048, 40), Setting::max_worker_processes), "64 | 2 x 40 CPUs | at most 64");
  Machine machine = machine_of(2048, 4);
  machine.preload_workers = 18;
  EXPECT_EQ(line(machine, Setting::max_worker_processes), "26 | 2 x 4 CPUs + 18 for preloaded libraries | ");
}

TEST(PlanRules, ParallelWorkers) {
  EXPECT_EQ(line(machine_of(2048, 6), Setting::max_parallel_workers), "6 | 6 CPUs | ");
  EXPECT_EQ(line(machine_of(2048, 7), Setting::max_parallel_workers_per_gather), "3 | 7 CPUs / 2 | ");
  EXPECT_EQ(line(machine_of(2048, 1), Setting::max_parallel_workers_per_gather), "1 | 1 CPU / 2 | at least 1");
  EXPECT_EQ(line(machine_of(2048, 1, Workload::dw), Setting::max_parallel_workers_per_gather),
            "1 | 1 CPU / 2 | at least 1");
  EXPECT_EQ(line(machine_of(2048, 1, Workload::web), Setting::max_parallel_workers_per_gather),
            "0 | none for web with 1 CPU | ");
  EXPECT_EQ(line(machine_of(2048, 1, Workload::oltp), Setting::max_parallel_workers_per_gather),
            "0 | none for oltp with 1 CPU | ");
  EXPECT_EQ(line(machine_of(2048, 2, Workload::oltp), Setting::max_parallel_workers_per_gather), "1 | 2 CPUs / 2 | ");
  EXPECT_EQ(line(machine_of(2048, 1), Setting::max_parallel_maintenance_workers), "1 | 1 CPU / 2 | at least 1");
  EXPECT_EQ(line(machine_of(2048, 16), Setting::max_parallel_maintenance_workers), "4 | 16 CPUs / 2 | at most 4");
}

TEST(PlanRules, IoWorkers) {
  EXPECT_EQ(line(machine_of(2047, 1), Setting::io_workers), "1 | 1 CPU / 4 | at least 1");
  EXPECT_EQ(line(machine_of(2047, 8), Setting::io_workers), "2 | 8 CPUs / 4 | ");
  EXPECT_EQ(line(machine_of(2048, 1), Setting::io_workers), "3 | 1 CPU / 4 | at least 3");
  EXPECT_EQ(line(machine_of(2048, 16), Setting::io_workers), "4 | 16 CPUs / 4 | ");
  EXPECT_EQ(line(machine_of(65536, 256), Setting::io_workers), "32 | 256 CPUs / 4 | the server's maximum 32");
}

TEST(PlanRules, Autovacuum) {
  const Setting workers = Setting::autovacuum_max_workers;
  EXPECT_EQ(line(machine_of(2048, 8), workers), "3 | the server's default 3 up to 8 CPUs | ");
  EXPECT_EQ(line(machine_of(2048, 9), workers), "3 | 9 CPUs / 4 | not below the server's default 3");
  EXPECT_EQ(line(machine_of(2048, 24), workers), "6 | 24 CPUs / 4 | ");
  EXPECT_EQ(line(machine_of(2048, 128), workers), "16 | 128 CPUs / 4 | at most 16");
  const Setting slots = Setting::autovacuum_worker_slots;
  EXPECT_EQ(line(machine_of(2048, 8), slots), "16 | the server's default 16 up to 8 CPUs | ");
  EXPECT_EQ(line(machine_of(2048, 24), slots), "16 | 24 CPUs / 4 | not below the server's default 16");
}

TEST(PlanRules, Storage) {
  for (const auto& [storage, cost, effective, maintenance] :
       {std::tuple{Storage::ssd, "1.1", "200", "20"}, std::tuple{Storage::nvme, "1.1", "1000", "100"},
        std::tuple{Storage::hdd, "4", "2", "10"}, std::tuple{Storage::san, "1.1", "300", "20"}}) {
    const Plan plan = make_plan(machine_of(2048, 2, Workload::mixed, storage), postgres_18_bounds());
    EXPECT_EQ(plan.find(Setting::random_page_cost)->value, cost);
    EXPECT_EQ(plan.find(Setting::effective_io_concurrency)->value, effective);
    EXPECT_EQ(plan.find(Setting::maintenance_io_concurrency)->value, maintenance);
    EXPECT_EQ(plan.find(Setting::random_page_cost)->rule, std::string("for storage ") + storage_name(storage));
  }
}

TEST(PlanRules, Workload) {
  for (const auto& [workload, min_wal, max_wal, target, jit] :
       {std::tuple{Workload::web, "1GB", "4GB", "100", "off"}, std::tuple{Workload::oltp, "2GB", "8GB", "100", "off"},
        std::tuple{Workload::dw, "4GB", "16GB", "500", "on"}, std::tuple{Workload::mixed, "1GB", "4GB", "100", "off"},
        std::tuple{Workload::desktop, "100MB", "2GB", "100", "off"}}) {
    const Plan plan = make_plan(machine_of(2048, 2, workload), postgres_18_bounds());
    EXPECT_EQ(plan.find(Setting::min_wal_size)->value, min_wal);
    EXPECT_EQ(plan.find(Setting::max_wal_size)->value, max_wal);
    EXPECT_EQ(plan.find(Setting::default_statistics_target)->value, target);
    EXPECT_EQ(plan.find(Setting::jit)->value, jit);
    EXPECT_EQ(plan.find(Setting::max_wal_size)->rule, std::string(max_wal) + " for " + workload_name(workload));
  }
}

// pgtune's 300, 40 and 20 connections on a machine that has the room, and what follows for memory.
TEST(PlanRules, OtherWorkloadsOnALargeMachine) {
  EXPECT_EQ(line(machine_of(16384, 8, Workload::web), Setting::max_connections), "200 | 200 for web from 4096MB up | ");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::oltp), Setting::max_connections),
            "300 | 300 for oltp from 4096MB up | ");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::oltp), Setting::work_mem), "13MB | 16384MB / (300 connections x 4) | ");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::dw), Setting::max_connections), "40 | 40 for dw from 4096MB up | ");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::dw), Setting::work_mem), "51MB | 16384MB / (40 connections x 8) | ");
  EXPECT_EQ(line(machine_of(131072, 8, Workload::dw), Setting::work_mem),
            "256MB | 131072MB / (40 connections x 8) | at most 256MB");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::dw), Setting::maintenance_work_mem), "1GB | 16384MB / 16 | ");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::desktop), Setting::max_connections),
            "20 | 20 for desktop on 16384MB | ");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::desktop), Setting::shared_buffers), "1GB | 1/16 of 16384MB | ");
  EXPECT_EQ(line(machine_of(16384, 8, Workload::desktop), Setting::effective_cache_size), "4GB | 25 % of 16384MB | ");
  EXPECT_EQ(line(machine_of(4096, 8, Workload::desktop), Setting::work_mem),
            "10MB | 4096MB / (20 connections x 20) | ");
}

TEST(PlanRules, ServerBoundsHaveTheLastWord) {
  ServerBounds bounds = postgres_18_bounds();
  bounds[Setting::io_workers].min = 4;
  bounds[Setting::effective_io_concurrency].max = 0;  // as on a platform without posix_fadvise
  EXPECT_EQ(line(machine_of(1024, 1), Setting::io_workers, bounds), "4 | 1 CPU / 4 | the server's minimum 4");
  EXPECT_EQ(line(machine_of(1024, 1), Setting::effective_io_concurrency, bounds),
            "0 | for storage ssd | the server's maximum 0");
}

TEST(PlanRules, OrderOfTheReport) {
  const Plan plan = make_plan(machine_of(2048, 2), postgres_18_bounds());
  ASSERT_EQ(plan.settings.size(), 20u);
  for (size_t i = 0; i < plan.settings.size(); i++) EXPECT_EQ(static_cast<size_t>(plan.settings[i].setting), i);
  EXPECT_STREQ(setting_name(plan.settings.front().setting), "max_connections");
  EXPECT_STREQ(setting_name(plan.settings.back().setting), "huge_pages");
  EXPECT_EQ(plan.find(Setting::max_wal_senders), nullptr);
}

TEST(PlanRules, NoDetectedNumberOverflows) {
  for (const int64_t memory : {INT64_MIN, int64_t{0}, INT64_MAX}) {
    for (const int cpus : {INT32_MIN, 0, INT32_MAX}) {
      Machine machine = machine_of(memory, cpus);
      machine.preload_workers = cpus;
      machine.wal_free_bytes = memory;
      machine.wal_segment_bytes = memory;
      machine.huge_pages = {memory, memory, memory, memory};
      const Plan plan = make_plan(machine, postgres_18_bounds());
      EXPECT_GE(plan.find(Setting::shared_buffers)->amount, 128 * kKiB);
      EXPECT_LE(plan.find(Setting::max_worker_processes)->amount, 64);
    }
  }
}

TEST(PlanChoices, Parse) {
  EXPECT_EQ(std::get<Workload>(parse_workload("aza.workload", "OLTP")), Workload::oltp);
  EXPECT_EQ(std::get<Storage>(parse_storage("aza.storage", "NVMe")), Storage::nvme);
  const auto workload = std::get<InputError>(parse_workload("POSTGRES_WORKLOAD_TYPE", "olap"));
  EXPECT_EQ(workload.message, "invalid value for POSTGRES_WORKLOAD_TYPE: \"olap\"");
  EXPECT_EQ(workload.hint, "Use mixed, web, oltp, dw or desktop.");
  const auto storage = std::get<InputError>(parse_storage("--storage", ""));
  EXPECT_EQ(storage.message, "invalid value for --storage: \"\"");
  EXPECT_EQ(storage.hint, "Use ssd, nvme, hdd or san.");
}

TEST(PlanChoices, PreloadWorkers) {
  EXPECT_EQ(preload_workers("pg_cron"), 1);
  EXPECT_EQ(preload_workers("timescaledb"), 17);
  EXPECT_EQ(preload_workers("pg_stat_statements"), 0);
  EXPECT_EQ(preload_workers("pgaudit"), 0);
  EXPECT_EQ(preload_workers("nobody_knows"), 1);
}

}  // namespace
}  // namespace aza
