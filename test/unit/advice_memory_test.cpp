// Advice about memory and connections: nothing without evidence, and never more than the memory has.
#include <algorithm>

#include <gtest/gtest.h>

#include "advice_facts_of.h"

namespace aza {
namespace {

using test::healthy_server;
using test::only_row;
using test::proposals;

AdviceFacts spilling_server(int64_t files, int64_t bytes) {
  AdviceFacts facts = healthy_server();
  facts.spill.temp_files = files;
  facts.spill.temp_bytes = bytes;
  return facts;
}

AdviceFacts missing_server() {
  AdviceFacts facts = healthy_server();
  facts.cache = {600, 9400, 65536, 8192};
  return facts;
}

TEST(Advice, IsSilentWithoutEvidence) {
  EXPECT_EQ(proposals(healthy_server()), "");
  EXPECT_EQ(proposals(AdviceFacts{}), "");
}

TEST(AdviceOfSpills, StartsAtItsThresholds) {
  EXPECT_EQ(proposals(spilling_server(9, 64 * kMiB)), "");
  EXPECT_EQ(proposals(spilling_server(10, 64 * kMiB - 1)), "");
  EXPECT_EQ(proposals(spilling_server(20, 64 * kMiB)), "work_mem = 7MB\n");
}

TEST(AdviceOfSpills, IsTwiceWhatAFileHeld) {
  AdviceFacts facts = spilling_server(40, 64 * kMiB);
  facts.now.work_mem = kMiB;
  EXPECT_EQ(proposals(facts), "work_mem = 4MB\n");
}

TEST(AdviceOfSpills, SaysTheNumbers) {
  AdviceFacts facts = spilling_server(32, kGiB);
  facts.now.max_connections = 40;
  const Advice row = only_row(facts);
  EXPECT_EQ(row.topic, "spilling queries");
  EXPECT_EQ(row.proposed, "24MB");
  EXPECT_EQ(row.evidence, "32 temporary files, 1 GB in all");
  EXPECT_EQ(row.cost, "up to 800 MB more when all 40 connections sort at once");
  EXPECT_EQ(row.apply, "");
}

TEST(AdviceOfSpills, StaysInTheHeadroomOfTheBudget) {
  const AdviceFacts facts = spilling_server(10, 100 * kGiB);
  const Budget budget = memory_budget(2048, 512 * kMiB, 120, 2);
  EXPECT_EQ(only_row(facts).proposed, exact_size(budget.headroom / 100 * 75 / 120 / kMiB * kMiB));
  AdviceFacts full = facts;
  full.now.shared_buffers = 1536 * kMiB;
  EXPECT_EQ(proposals(full), "");
}

TEST(AdviceOfSpills, NamesStatementsAndTheirRole) {
  AdviceFacts facts = spilling_server(100, kGiB);
  const SpillingStatement statements[] = {{-7, "re\"port", 10, 320 * kMiB}, {8, "web", 1, kMiB}};
  facts.spill.statements = statements;
  const std::vector<Advice> rows = advise(facts);
  ASSERT_EQ(proposals(facts), "work_mem of role \"re\"\"port\" = 64MB\nwork_mem = 7MB\n");
  EXPECT_EQ(rows[0].evidence,
            "100 temporary files, 1 GB in all; query -7 of re\"port: 10 calls, 320 MB; query 8 of web: 1 calls, 1 MB");
  EXPECT_EQ(rows[0].apply, "ALTER ROLE \"re\"\"port\" SET work_mem = '64MB'");
}

TEST(AdviceOfSpills, RaisesWhatTheGovernorMayGive) {
  AdviceFacts facts = spilling_server(10, 10 * 30 * kMiB);
  facts.governor = {true, 32 * kMiB, 800 * kMiB};
  EXPECT_EQ(proposals(facts), "aza.max_query_memory = 64MB\n");
  EXPECT_EQ(advise(facts)[0].cost,
            "large queries wait for each other sooner; on a fast disk a sort in memory can be slower than its spill");
  facts.governor.capacity = 200 * kMiB;
  EXPECT_EQ(proposals(facts), "aza.max_query_memory = 50MB\n");
  facts.governor.most_per_query = 41 * kMiB;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfTheCache, NeedsMissesAndEvictions) {
  EXPECT_EQ(proposals(missing_server()), "shared_buffers = 819MB\n");
  AdviceFacts facts = missing_server();
  facts.cache.reads = 500;
  EXPECT_EQ(proposals(facts), "");
  facts = missing_server();
  facts.cache.evictions = 65535;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfTheCache, SaysTheNumbers) {
  const Advice row = only_row(missing_server());
  EXPECT_EQ(row.evidence,
            "6 % of the clients' accesses missed shared_buffers (600 reads, 9400 hits); 65536 buffers were evicted");
  EXPECT_EQ(row.cost, "307 MB more of the memory for good, which queries and page cache lose");
}

TEST(AdviceOfTheCache, LeavesEveryConnectionItsWorkMem) {
  AdviceFacts facts = missing_server();
  facts.now.work_mem = 8 * kMiB;
  EXPECT_EQ(proposals(facts), "shared_buffers = 739MB\n");
  EXPECT_GE(spare_bytes(facts.machine, 739 * kMiB, 120, 8 * kMiB), 0);
  EXPECT_LT(spare_bytes(facts.machine, 755 * kMiB, 120, 8 * kMiB), 0);
  facts.now.work_mem = 10 * kMiB;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfTheCache, CountsWithWhatWasProposedForQueries) {
  AdviceFacts facts = missing_server();
  facts.machine.memory_mib = 256;
  facts.now.max_connections = 10;
  facts.connections.most_at_once = 1;
  facts.now.shared_buffers = 32 * kMiB;
  EXPECT_EQ(proposals(facts), "shared_buffers = 64MB\n");
  facts.spill = {10, kGiB, {}};
  EXPECT_EQ(proposals(facts), "work_mem = 11MB\nshared_buffers = 64MB\n");
  EXPECT_GE(spare_bytes(facts.machine, 64 * kMiB, 10, 11 * kMiB), 0);
}

TEST(AdviceOfConnections, RaisesAtTheMaximum) {
  AdviceFacts facts = healthy_server();
  facts.now.huge_pages_used = true;
  facts.connections.most_at_once = 116;
  EXPECT_EQ(proposals(facts), "");
  facts.connections.most_at_once = 117;
  facts.machine.memory_mib = 4096;
  EXPECT_EQ(proposals(facts), "max_connections = 180\n");
  EXPECT_EQ(only_row(facts).evidence, "117 connections at once; ordinary roles get 117 of 120");
}

TEST(AdviceOfConnections, NamesAPoolerWhereTheMemoryHasNoRoom) {
  AdviceFacts facts = healthy_server();
  facts.now.huge_pages_used = true;
  facts.connections.most_at_once = 120;
  facts.now.work_mem = 9 * kMiB;
  EXPECT_EQ(proposals(facts), "connection pooler = PgBouncer\n");
}

TEST(AdviceOfConnections, LowersAfterAWeekFarBelow) {
  AdviceFacts facts = healthy_server();
  facts.now.huge_pages_used = true;
  facts.connections.uptime_seconds = kObservedSeconds - 1;
  facts.connections.most_at_once = 30;
  EXPECT_EQ(proposals(facts), "");
  facts.connections.uptime_seconds++;
  EXPECT_EQ(proposals(facts), "max_connections = 70\n");
  EXPECT_EQ(only_row(facts).evidence, "at most 30 of 120 connections at once in 7 days");
  EXPECT_EQ(only_row(facts).effect, "each connection's share of the memory grows: the plan's work_mem would be 5MB");
  facts.connections.most_at_once = 31;
  EXPECT_EQ(proposals(facts), "");
  facts.connections.most_at_once = 1;
  EXPECT_EQ(proposals(facts), "max_connections = 20\n");
  facts.connections.standby = true;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceArithmetic, IsCapped) {
  EXPECT_EQ(capped_product(INT64_MAX, 2), INT64_MAX);
  EXPECT_EQ(round_size(0), kMiB);
  EXPECT_EQ(round_size(kMiB + 1), 2 * kMiB);
  EXPECT_EQ(round_size(INT64_MAX), int64_t{1} << 62);
  EXPECT_TRUE(worth_raising(120, 150));
  EXPECT_FALSE(worth_raising(120, 149));
  EXPECT_TRUE(worth_raising(0, 1));
  EXPECT_FALSE(worth_raising(INT64_MAX, INT64_MAX));
}

// Whatever the counters say, nothing overflows, and each setting has one row.
TEST(Advice, StandsAbsurdNumbers) {
  for (const int64_t number : {int64_t{0}, int64_t{1}, INT64_MAX / 2, INT64_MAX}) {
    AdviceFacts facts = healthy_server();
    facts.machine.memory_mib = number;
    facts.spill = {number, number, {}};
    facts.cache = {number, number, number, 8192};
    facts.checkpoints.requested = facts.checkpoints.wal_bytes = facts.checkpoints.wal_seconds = number;
    facts.checkpoints.wal_free_bytes = number;
    facts.connections.most_at_once = facts.connections.uptime_seconds = number;
    facts.vacuum.oldest_xid_age = facts.vacuum.busy = number;
    facts.parallel.launched = number;
    facts.kernel.oom_kills = facts.kernel.committed_bytes = facts.kernel.memory_bytes = number;
    std::vector<std::string> settings;
    for (const Advice& row : advise(facts)) settings.push_back(row.setting);
    const size_t rows = settings.size();
    std::sort(settings.begin(), settings.end());
    settings.erase(std::unique(settings.begin(), settings.end()), settings.end());
    EXPECT_EQ(settings.size(), rows) << number;
  }
}

}  // namespace
}  // namespace aza
