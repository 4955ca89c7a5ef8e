// The kernel's accounts of a group and of a process.
#include "core/grant_measure.h"

#include <gtest/gtest.h>

namespace aza {
namespace {

TEST(GroupUse, OfVersion2) {
  const auto use = parse_group_use("1000000\n",
                                   "anon 400000\nfile 500000\nkernel 100000\nshmem 200000\nfile_dirty 30000\n"
                                   "file_writeback 20000\ninactive_file 250000\nactive_file 50000\n");
  ASSERT_TRUE(use);
  EXPECT_EQ(use->usage, 1000000);
  EXPECT_EQ(use->anonymous, 400000);
  EXPECT_EQ(use->kernel, 150000) << "what must be written counts, too";
  EXPECT_EQ(use->inactive_file, 250000);
  EXPECT_EQ(use->active_file, 50000);
}

TEST(GroupUse, OfVersion1TakesTheSums) {
  const auto use = parse_group_use(
      "1000000",
      "cache 1\nrss 2\ndirty 3\ninactive_file 4\ntotal_cache 500000\ntotal_rss 400000\n"
      "total_dirty 0\ntotal_writeback 10000\ntotal_inactive_file 100000\nactive_file 5\ntotal_active_file 20000\n");
  ASSERT_TRUE(use);
  EXPECT_EQ(use->anonymous, 400000);
  EXPECT_EQ(use->kernel, 110000);
  EXPECT_EQ(use->inactive_file, 100000);
  EXPECT_EQ(use->active_file, 20000);
}

TEST(WorkingSet, IsUsageLessInactivePageCache) {
  GroupUse use;
  use.usage = 1000000;
  use.inactive_file = 250000;
  EXPECT_EQ(working_set(use, 1600000), 750000);
  use.active_file = 100000;
  EXPECT_EQ(working_set(use, 1600000), 750000) << "a sixteenth of the limit is needed by those that run";
}

// As measured: a group of 8 GB whose files were read several times, and no process in it.
TEST(WorkingSet, IsNotADataSetThatFitsIntoTheMemory) {
  GroupUse use;
  use.usage = 8511086592;
  use.inactive_file = 122880;
  use.active_file = 8284000256;
  const int64_t limit = int64_t{8} << 30;
  EXPECT_EQ(working_set(use, limit) * 100 / limit, 8);
}

TEST(WorkingSet, IsNeverNegative) {
  GroupUse use;
  use.usage = 1000;
  use.inactive_file = use.active_file = int64_t{1} << 60;
  EXPECT_EQ(working_set(use, 0), 0);
}

TEST(GroupUse, IsUnknownWithoutUsage) {
  const auto use = parse_group_use("max", "anon 1");
  ASSERT_FALSE(use);
  EXPECT_EQ(use.because(), "the group's usage is not a number");
}

TEST(GroupUse, OfAbsurdNumbersStaysANumber) {
  const auto use = parse_group_use("9223372036854775807", "anon 9223372036854775807\nfile 9223372036854775807\n");
  ASSERT_TRUE(use);
  EXPECT_EQ(use->usage, int64_t{1} << 60);
  EXPECT_EQ(use->kernel, 0);
  const auto process = parse_statm("1 9223372036854775807 0 0 0 9223372036854775807 0", 4096);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->anonymous, int64_t{1} << 60);
  EXPECT_EQ(process->data, int64_t{1} << 60);
}

TEST(ProcessMemory, IsResidentLessSharedAndThePrivateMappings) {
  const auto process = parse_statm("50000 1000 600 1500 0 900 0\n", 4096);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->anonymous, 400 * 4096);
  EXPECT_EQ(process->data, 900 * 4096);
  EXPECT_EQ(parse_statm("50000 600 1000 0 0 0", 4096)->anonymous, 0);
}

TEST(ProcessMemory, IsUnknownInAnyOtherText) {
  EXPECT_EQ(parse_statm("1 2 3", 4096).because(), "statm has fewer than six numbers");
  EXPECT_EQ(parse_statm("a b c d e f", 4096).because(), "statm does not hold numbers");
}

}  // namespace
}  // namespace aza
