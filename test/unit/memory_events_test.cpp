// What the kernel counts of a group that ran short of memory.
#include "core/memory_events.h"

#include <gtest/gtest.h>

#include "memory_reader.h"

namespace aza::test {
namespace {

TEST(MemoryEvents, OfVersion2) {
  const auto events = parse_memory_events("low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\noom_group_kill 6\n", "");
  ASSERT_TRUE(events);
  EXPECT_EQ(events->high, 2);
  EXPECT_EQ(events->max, 3);
  EXPECT_EQ(events->oom_kills, 5);
}

TEST(MemoryEvents, OfVersion1) {
  const auto events = parse_memory_events("oom_kill_disable 1\nunder_oom 0\noom_kill 7\n", "1234\n");
  ASSERT_TRUE(events);
  EXPECT_EQ(events->high, 0);
  EXPECT_EQ(events->max, 1234);
  EXPECT_EQ(events->oom_kills, 7);
}

TEST(MemoryEvents, AreUnknownWhereKillsAreNotCounted) {
  EXPECT_EQ(parse_memory_events("oom_kill_disable 0\nunder_oom 0\n", "3").because(), "it has no oom_kill");
  EXPECT_EQ(parse_memory_events("oom_kill many\n", "").because(), "oom_kill is \"many\"");
}

TEST(MemoryEvents, AreReadFromTheGroupsFiles) {
  MemoryReader reader;
  reader.files = {{"/g/memory.oom_control", "oom_kill 1\n"}, {"/g/memory.failcnt", "2\n"}};
  GroupPaths group;
  EXPECT_FALSE(read_memory_events(reader, group));
  group.events = "/g/memory.oom_control";
  EXPECT_EQ(read_memory_events(reader, group)->max, 0);
  group.failures = "/g/memory.failcnt";
  EXPECT_EQ(read_memory_events(reader, group)->max, 2);
  EXPECT_EQ(read_memory_events(reader, group)->oom_kills, 1);
}

TEST(MemoryEvents, SinceBeforeAreNeverNegative) {
  const MemoryEvents since = events_since({1, 20, 3}, {4, 5, 5});
  EXPECT_EQ(since.high, 3);
  EXPECT_EQ(since.max, 0) << "the group was made anew";
  EXPECT_EQ(since.oom_kills, 2);
}

}  // namespace
}  // namespace aza::test
