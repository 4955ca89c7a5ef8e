// Advice about what the machine or the container gives: huge pages, /dev/shm, overcommit.
#include <gtest/gtest.h>

#include "advice_facts_of.h"
#include "memory_reader.h"

namespace aza {
namespace {

using test::healthy_server;
using test::only_row;
using test::proposals;

// 30 backends with 566MB each: 33.1MB of page tables, where a sixty-fourth of the memory is 32MB.
AdviceFacts mapping_server() {
  AdviceFacts facts = healthy_server();
  facts.connections.most_at_once = 30;
  return facts;
}

TEST(AdviceOfHugePages, ReservesThemForManyBackends) {
  const Advice row = only_row(mapping_server());
  EXPECT_EQ(row.setting, "vm.nr_hugepages");
  EXPECT_EQ(row.value, "0");
  EXPECT_EQ(row.proposed, "283");
  EXPECT_EQ(row.evidence,
            "30 connections at once: up to 33.1 MB of page tables for 566 MB of shared memory, which needs 283 huge "
            "pages of 2MB; 0 are free");
  EXPECT_EQ(row.apply, "on the machine: sysctl -w vm.nr_hugepages=283, also in /etc/sysctl.d; then restart the server");
  AdviceFacts fewer = mapping_server();
  fewer.connections.most_at_once = 28;
  EXPECT_EQ(proposals(fewer), "");
}

TEST(AdviceOfHugePages, CountsThoseInUse) {
  AdviceFacts facts = mapping_server();
  facts.kernel.huge_pages = {2 * kMiB, 100, 40, std::nullopt};
  EXPECT_EQ(proposals(facts), "vm.nr_hugepages = 343\n");
}

TEST(AdviceOfHugePages, IsSilentWhereTheyAreUsedForbiddenOrTooMany) {
  AdviceFacts facts = mapping_server();
  facts.now.huge_pages_used = true;
  EXPECT_EQ(proposals(facts), "");
  facts = mapping_server();
  facts.kernel.huge_pages.limit_bytes = 565 * kMiB;
  EXPECT_EQ(proposals(facts), "");
  facts = mapping_server();
  facts.kernel.memory_bytes = 1131 * kMiB;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfHugePages, IsTheSettingWhereTheyAreReserved) {
  AdviceFacts facts = mapping_server();
  facts.kernel.huge_pages = {2 * kMiB, 300, 283, std::nullopt};
  EXPECT_EQ(proposals(facts), "");
  facts.now.huge_pages_off = true;
  EXPECT_EQ(proposals(facts), "huge_pages = try\n");
}

TEST(AdviceOfDevShm, NeedsParallelQueries) {
  AdviceFacts facts = healthy_server();
  facts.parallel.launched = 10;
  EXPECT_EQ(proposals(facts), "");  // 4 processes with 4MB x 2
  facts.parallel.dev_shm_bytes = 31 * kMiB;
  const Advice row = only_row(facts);
  EXPECT_EQ(row.setting, "shm_size");
  EXPECT_EQ(row.value, "31MB");
  EXPECT_EQ(row.proposed, "32MB");
  EXPECT_EQ(row.evidence,
            "/dev/shm has 31 MB; 10 parallel workers were launched, and 2 of them at once may hash 31.9 MB");
  EXPECT_EQ(row.apply,
            "docker run --shm-size=32m, shm_size of the compose file, or: mount -o remount,size=32m /dev/shm");
  facts.parallel.launched = 9;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfDevShm, CountsWithWhatTheGovernorGives) {
  AdviceFacts facts = healthy_server();
  facts.parallel.launched = 10;
  facts.governor = {true, 100 * kMiB, 800 * kMiB};
  EXPECT_EQ(proposals(facts), "shm_size = 128MB\n");
  facts.parallel.dev_shm_bytes.reset();
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfOvercommit, NeedsAKillSinceTheStart) {
  AdviceFacts facts = healthy_server();
  facts.kernel.oom_kills = 4;
  const Advice row = only_row(facts);
  EXPECT_EQ(row.setting, "vm.overcommit_memory");
  EXPECT_EQ(row.value, "0");
  EXPECT_EQ(row.proposed, "2");
  EXPECT_EQ(row.evidence,
            "the kernel killed 1 process for want of memory since the server's start; 1 GB are promised of 2 GB memory "
            "and 0 B swap");
  EXPECT_EQ(row.apply,
            "on the machine: sysctl -w vm.overcommit_memory=2 vm.overcommit_ratio=90, also in /etc/sysctl.d");
  facts.kernel.overcommit = 2;
  EXPECT_EQ(proposals(facts), "");
  facts.kernel.overcommit = 1;
  EXPECT_EQ(proposals(facts), "vm.overcommit_memory = 2\n");
  facts.kernel.limited = true;
  EXPECT_EQ(proposals(facts), "");
}

TEST(AdviceOfOvercommit, KeepsWhatIsPromisedAlready) {
  AdviceFacts facts = healthy_server();
  facts.kernel.oom_kills = 5;
  facts.kernel.committed_bytes = 3 * kGiB;
  EXPECT_NE(only_row(facts).apply.find("overcommit_ratio=151,"), std::string::npos);
  facts.kernel.swap_bytes = 2 * kGiB;
  EXPECT_NE(only_row(facts).apply.find("overcommit_ratio=90,"), std::string::npos);
}

TEST(KernelFacts, AreRead) {
  test::MemoryReader reader;
  reader.files = {{"/proc/meminfo",
                   "MemTotal: 2048 kB\nSwapTotal: 1024 kB\nCommitted_AS: 512 kB\nHugePages_Total: 7\n"
                   "HugePages_Free: 5\nHugePages_Rsvd: 1\nHugepagesize: 2048 kB\n"},
                  {"/proc/vmstat", "nr_free_pages 12\noom_kill 9\n"},
                  {"/proc/sys/vm/overcommit_memory", "1\n"}};
  const KernelFacts facts = read_kernel_facts(reader);
  EXPECT_EQ(facts.memory_bytes, 2048 * kKiB);
  EXPECT_EQ(facts.swap_bytes, 1024 * kKiB);
  EXPECT_EQ(facts.committed_bytes, 512 * kKiB);
  EXPECT_EQ(facts.huge_pages.total_pages, 7);
  EXPECT_EQ(facts.huge_pages.free_pages, 4);
  EXPECT_EQ(facts.overcommit, 1);
  EXPECT_EQ(facts.oom_kills, 9);
  EXPECT_FALSE(facts.limited);
}

TEST(KernelFacts, KnowAContainer) {
  test::MemoryReader reader;
  reader.files = {{"/.dockerenv", ""}};
  EXPECT_TRUE(read_kernel_facts(reader).limited);
}

TEST(KernelFacts, StandOddFiles) {
  test::MemoryReader reader;
  reader.files = {{"/proc/meminfo", std::string("MemTotal: -1\n\0\xff", 15)},
                  {"/proc/vmstat", "oom_kill\n"},
                  {"/proc/sys/vm/overcommit_memory", "never\n"}};
  const KernelFacts facts = read_kernel_facts(reader);
  EXPECT_EQ(facts.memory_bytes, 0);
  EXPECT_EQ(facts.overcommit, std::nullopt);
  EXPECT_EQ(facts.oom_kills, std::nullopt);
}

}  // namespace
}  // namespace aza
