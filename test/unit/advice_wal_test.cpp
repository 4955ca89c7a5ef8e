// Advice about checkpoints, slots, disks and autovacuum.
#include <gtest/gtest.h>

#include "advice_facts_of.h"

namespace aza {
namespace {

using test::healthy_server;
using test::only_row;
using test::proposals;

// Ten checkpoints, each when half a gigabyte was written: max_wal_size 1GB / 1.9.
AdviceFacts checkpointing_server() {
  AdviceFacts facts = healthy_server();
  facts.checkpoints.timed = 4;
  facts.checkpoints.requested = 10;
  facts.checkpoints.wal_bytes = 6 * kGiB;
  facts.checkpoints.wal_seconds = 100000;
  return facts;
}

TEST(AdviceOfCheckpoints, DoublesWhatThereIsBetweenThem) {
  const Advice row = only_row(checkpointing_server());
  EXPECT_EQ(row.setting, "max_wal_size");
  EXPECT_EQ(row.proposed, "4GB");
  EXPECT_EQ(row.evidence, "10 checkpoints were requested and 4 came by time, with 6 GB of WAL");
  EXPECT_EQ(row.cost, "up to 3 GB more on the disk of pg_wal, and a longer recovery after a crash");
}

TEST(AdviceOfCheckpoints, IsNotGivenAgainOnTheSameEvidence) {
  AdviceFacts facts = checkpointing_server();
  facts.now.max_wal_size = 4 * kGiB;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfCheckpoints, NeedsMoreRequestedThanTimedOnes) {
  AdviceFacts facts = checkpointing_server();
  facts.checkpoints.timed = 10;
  EXPECT_EQ(proposals(facts), "");
  facts = checkpointing_server();
  facts.checkpoints.requested = 4;
  facts.checkpoints.timed = 0;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfCheckpoints, LeavesOutThoseThatSomebodyAskedFor) {
  AdviceFacts facts = checkpointing_server();
  facts.checkpoints.wal_bytes = 2 * kGiB;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfCheckpoints, HoldsWhatIsWrittenInATimeout) {
  AdviceFacts facts = checkpointing_server();
  facts.checkpoints.wal_seconds = 300;
  EXPECT_EQ(proposals(facts), "max_wal_size = 16GB\n");
  facts.checkpoints.wal_seconds = 299;
  EXPECT_EQ(proposals(facts), "max_wal_size = 4GB\n");
}

TEST(AdviceOfCheckpoints, StaysWithinTheDisk) {
  AdviceFacts facts = checkpointing_server();
  facts.checkpoints.wal_free_bytes = 5 * kGiB;
  EXPECT_EQ(proposals(facts), "max_wal_size = 2560MB\n");
  facts.checkpoints.wal_free_bytes = 2 * kGiB;
  EXPECT_EQ(proposals(facts), "");
  facts.checkpoints.wal_free_bytes = 100 * kTiB;
  facts.checkpoints.wal_bytes = 100 * kTiB;
  EXPECT_EQ(proposals(facts), "max_wal_size = 64GB\n");
}

TEST(AdviceOfSlots, NamesEachAndBoundsThem) {
  AdviceFacts facts = healthy_server();
  const SlotFacts slots[] = {{"it's", false, 3 * kGiB + 1}, {"busy", true, kGiB}, {"new", false, kGiB - 1}};
  facts.slots = slots;
  const std::vector<Advice> rows = advise(facts);
  ASSERT_EQ(proposals(facts),
            "replication slot it's = consumed, or dropped\nreplication slot busy = caught up\n"
            "max_slot_wal_keep_size = 54273MB\n");
  EXPECT_EQ(rows[0].value, "3 GB of WAL held");
  EXPECT_EQ(rows[0].evidence, "nobody uses the slot and holds 3 GB of WAL, max_wal_size is 1 GB");
  EXPECT_EQ(rows[0].apply, "start its consumer, or: SELECT pg_drop_replication_slot('it''s')");
  EXPECT_EQ(rows[1].apply, "find out why its consumer lags: pg_stat_replication");
  EXPECT_EQ(rows[2].evidence, "slot it's holds 3 GB of WAL, 100 GB are free where pg_wal is");
  facts.now.max_slot_wal_keep_size = 10 * kGiB;
  EXPECT_EQ(advise(facts).size(), 2U);
}

TEST(AdviceOfDisks, IsForLittleRoom) {
  AdviceFacts facts = healthy_server();
  DiskFacts disk = {"the data directory, pg_wal", true, kGiB - 1, 10 * kGiB};
  facts.disks = {&disk, 1};
  const Advice row = only_row(facts);
  EXPECT_EQ(row.setting, "disk of the data directory, pg_wal");
  EXPECT_EQ(row.value, "1023 MB free");
  EXPECT_EQ(row.proposed, "1 GB free");
  EXPECT_EQ(row.evidence, "1023 MB of 10 GB are free");
  EXPECT_EQ(row.effect, "the server stops when the disk of pg_wal is full");
  disk.free_bytes = kGiB;
  EXPECT_EQ(proposals(facts), "");
  disk = {"tablespace big", false, 10 * kGiB - 1, 10 * kTiB};
  EXPECT_EQ(only_row(facts).effect, "statements fail when the disk is full");
  disk.free_bytes = 10 * kGiB;
  EXPECT_EQ(proposals(facts), "");
}

AdviceFacts lagging_server(const LaggingTable& table) {
  AdviceFacts facts = healthy_server();
  facts.vacuum.tables = {&table, 1};
  facts.vacuum.busy = 3;
  return facts;
}

TEST(AdviceOfVacuum, NeedsBusyWorkersAndTablesFarBehind) {
  const LaggingTable table = {"public.t", 20002, 10000};
  const std::string both = "autovacuum_max_workers = 6\nautovacuum_vacuum_cost_limit = 400\n";
  EXPECT_EQ(proposals(lagging_server(table)), both);
  EXPECT_EQ(advise(lagging_server(table))[0].evidence,
            "3 of 3 workers are busy; 1 table is far behind; public.t has 20002 dead rows, its threshold is 10000");
  AdviceFacts idle = lagging_server(table);
  idle.vacuum.busy = 2;
  EXPECT_EQ(proposals(idle), "");
  const LaggingTable near = {"public.t", 20001, 10000};
  EXPECT_EQ(proposals(lagging_server(near)), "");
  const LaggingTable small = {"public.t", 9999, 50};
  EXPECT_EQ(proposals(lagging_server(small)), "");
}

TEST(AdviceOfVacuum, KnowsTheFreezeLimit) {
  AdviceFacts facts = healthy_server();
  facts.vacuum.busy = 3;
  facts.vacuum.oldest_xid_age = 200000000;
  EXPECT_EQ(proposals(facts), "");
  facts.vacuum.oldest_xid_age++;
  EXPECT_EQ(advise(facts)[0].evidence,
            "3 of 3 workers are busy; the oldest transaction id is 200000001 old, autovacuum_freeze_max_age is "
            "200000000");
}

TEST(AdviceOfVacuum, TurnsItOn) {
  const LaggingTable table = {"public.t", 30000, 100};
  AdviceFacts facts = lagging_server(table);
  facts.vacuum.on = false;
  facts.vacuum.busy = 0;
  EXPECT_EQ(proposals(facts), "autovacuum = on\n");
  EXPECT_EQ(only_row(facts).evidence, "1 table is far behind; public.t has 30000 dead rows, its threshold is 100");
}

TEST(AdviceOfVacuum, StaysWithinSlotsMemoryAndLimit) {
  const LaggingTable table = {"public.t", 30000, 100};
  AdviceFacts facts = lagging_server(table);
  facts.vacuum.slots = 4;
  facts.vacuum.cost_limit = 1500;
  EXPECT_EQ(proposals(facts), "autovacuum_max_workers = 4\nautovacuum_vacuum_cost_limit = 2000\n");
  facts.vacuum.slots = 16;
  facts.vacuum.worker_bytes = 512 * kMiB;
  facts.vacuum.throttled = false;
  EXPECT_EQ(proposals(facts), "");
}

}  // namespace
}  // namespace aza
