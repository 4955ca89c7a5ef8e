// What a process may take until it is looked at again.
#include "core/growth_limit.h"

#include <gtest/gtest.h>

#include "core/bytes.h"

namespace aza {
namespace {

TEST(GrowthLimit, BeginsAtHalfAndEndsBelow45Percent) {
  EXPECT_FALSE(growth_is_limited(49, false));
  EXPECT_TRUE(growth_is_limited(50, false));
  EXPECT_TRUE(growth_is_limited(45, true));
  EXPECT_FALSE(growth_is_limited(44, true));
}

TEST(LookPause, IsWhatQueriesTakeToComeNearTheLimit) {
  EXPECT_EQ(look_pause_ms(2 * kGiB, 500 * kMiB, 2), 205) << "421 MB, at 2 GB/s";
  EXPECT_EQ(look_pause_ms(2 * kGiB, 500 * kMiB, 4), 102);
  EXPECT_EQ(look_pause_ms(64 * kGiB, kGiB, 8), 250) << "at most";
  EXPECT_EQ(look_pause_ms(512 * kMiB, 150 * kMiB, 2), 50) << "at least, until it is near";
  EXPECT_EQ(look_pause_ms(512 * kMiB, 231 * kMiB, 2), 20);
  EXPECT_EQ(look_pause_ms(512 * kMiB, 600 * kMiB, 0), 20);
}

GrowthFacts with(int64_t working_set, int running, int cpus) {
  return {400 * kMiB, working_set, 0, running, cpus};
}

TEST(GrowthShare, IsAllThatIsLeftForOneAlone) {
  EXPECT_EQ(growth_room(with(300 * kMiB, 1, 2)).share, 80 * kMiB) << "a twentieth is nobody's";
  EXPECT_EQ(growth_room(with(300 * kMiB, 0, 0)).share, 80 * kMiB);
}

TEST(GrowthShare, IsAllThatIsLeftForEachFarFromTheLimit) {
  EXPECT_EQ(growth_room(with(200 * kMiB, 8, 2)).share, 180 * kMiB);
}

TEST(GrowthShare, IsAShareForSeveral) {
  EXPECT_EQ(growth_room(with(300 * kMiB, 4, 2)).share, 20 * kMiB);
  EXPECT_EQ(growth_room(with(300 * kMiB, 75, 2)).share, 10 * kMiB) << "no more than four for each CPU run meanwhile";
}

TEST(GrowthShare, LeavesOutWhatWasGivenAndWillBeUsed) {
  EXPECT_EQ(untouched_memory(100 * kMiB, 70 * kMiB), 22 * kMiB);
  EXPECT_EQ(untouched_memory(9 * kMiB, 2 * kMiB), 0);
  EXPECT_EQ(growth_room({400 * kMiB, 300 * kMiB, 60 * kMiB, 1, 2}).share, 20 * kMiB);
}

TEST(GrowthShare, IsNothingBeyondTheMargin) {
  EXPECT_EQ(growth_room(with(380 * kMiB, 1, 2)).share, 0);
  EXPECT_EQ(growth_room(with(500 * kMiB, 8, 2)).share, 0);
}

TEST(GrowthBound, LetsSmallQueriesRunUntilNextToNothingIsLeft) {
  EXPECT_EQ(growth_bound(20 * kMiB, 10 * kMiB, {5 * kMiB, 2 * kMiB}), 25 * kMiB);
  EXPECT_EQ(growth_bound(20 * kMiB, 10 * kMiB, {0, 2 * kMiB}), 22 * kMiB);
  EXPECT_EQ(growth_bound(30 * kMiB, 16 * kMiB, {0, 2 * kMiB}), 30 * kMiB) << "a large one has to do with what it has";
  EXPECT_EQ(growth_room(with(380 * kMiB, 8, 2)).for_small, 2 * kMiB);
  EXPECT_EQ(growth_room(with(388 * kMiB, 8, 2)).for_small, 0) << "many small ones are a large one";
}

TEST(SessionShare, IsAnEqualPartOfWhatConnectionsCanHave) {
  EXPECT_EQ(session_share({1000 * kMiB, 300 * kMiB, 60}), 10 * kMiB);
  EXPECT_EQ(session_share({1000 * kMiB, 300 * kMiB, 0}), 600 * kMiB);
}

TEST(SessionShare, IsMoreThanANewSessionHolds) {
  EXPECT_EQ(session_share({1000 * kMiB, 300 * kMiB, 200}), 4 * kMiB);
  EXPECT_EQ(session_share({1000 * kMiB, 950 * kMiB, 2}), 4 * kMiB);
}

}  // namespace
}  // namespace aza
