// Who gets how much of the pool, and when.
#include "core/grant_pool.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "core/bytes.h"

namespace aza {
namespace {

constexpr int64_t kCapacity = 128 * kMiB;

PoolRules rules_of(int64_t capacity = kCapacity, int at_once = 3) {
  return {capacity, at_once, true, capacity / 8};
}

GrantRequest asking(int64_t least, int64_t need, int64_t wish) {
  return {least, need, wish, wish};
}
const GrantRequest kSmall = asking(kMiB, 2 * kMiB, 2 * kMiB);
const GrantRequest kLarge = asking(2 * kMiB, 8 * kMiB, 100 * kMiB);

TEST(PoolCapacity, IsWhatIsLeft) {
  EXPECT_EQ(pool_capacity({512 * kMiB, 150 * kMiB, 30 * kMiB, 120 * kMiB, 10 * kMiB, 48 * kMiB}), 154 * kMiB);
  EXPECT_EQ(pool_capacity({512 * kMiB, 600 * kMiB, 0, 0, 0, 0}), 0);
}

TEST(PoolReserve, IsASixteenthAndSomewhatMore) {
  EXPECT_EQ(pool_reserve(512 * kMiB), 48 * kMiB);
  EXPECT_EQ(pool_reserve(int64_t{1024} * kGiB), 16 * kMiB + kGiB);
}

TEST(LargeAtOnce, FollowsCpusAndPressure) {
  EXPECT_EQ(large_at_once(1, false), 2);
  EXPECT_EQ(large_at_once(2, false), 2);
  EXPECT_EQ(large_at_once(16, false), 16);
  EXPECT_EQ(large_at_once(2, true), 1);
  EXPECT_EQ(large_at_once(16, true), 8);
}

TEST(Grant, IsRaisedToWhatDoesNotSpillWhereThePoolIsRich) {
  const GrantRequest request = asking(2 * kMiB, 8 * kMiB, 15 * kMiB);
  EXPECT_EQ(grant_for(rules_of(), {}, request, true, false), 15 * kMiB);
  PoolRules rules = rules_of();
  rules.may_rise = false;
  EXPECT_EQ(grant_for(rules, {}, request, true, false), 8 * kMiB);
}

TEST(Grant, IsNotRaisedWhereSomebodyWaits) {
  EXPECT_EQ(grant_for(rules_of(), {}, asking(2 * kMiB, 8 * kMiB, 15 * kMiB), true, true), 8 * kMiB);
}

TEST(Grant, IsNotRaisedWhereItWouldSpillAnyway) {
  EXPECT_EQ(grant_for(rules_of(), {}, kLarge, true, false), 8 * kMiB);
}

TEST(Grant, OfASmallOneIsRaisedUnlessSomebodyWaits) {
  const GrantRequest small = asking(kMiB, 2 * kMiB, 3 * kMiB);
  ASSERT_FALSE(is_large(small, kCapacity));
  EXPECT_EQ(grant_for(rules_of(), {}, small, true, false), 3 * kMiB);
  EXPECT_EQ(grant_for(rules_of(), {}, small, true, true), 2 * kMiB);
  PoolRules rules = rules_of();
  rules.may_rise = false;
  EXPECT_EQ(grant_for(rules, {}, small, true, false), 2 * kMiB);
}

TEST(Grant, OfFixedSettingsIsNeverRaised) {
  EXPECT_EQ(grant_for(rules_of(), {}, {8 * kMiB, 8 * kMiB, 100 * kMiB, 8 * kMiB}, true, false), 8 * kMiB);
}

TEST(Grant, IsLoweredWhereThePoolIsPoor) {
  EXPECT_EQ(grant_for(rules_of(), {kCapacity - 3 * kMiB, 0, 5}, kLarge, true, false), 3 * kMiB);
}

TEST(LateGrant, IsTheMinimumOfThePoolElseOfTheReserve) {
  const ImmediateGrant rich = late_grant(rules_of(), {}, 2 * kMiB, kMiB);
  EXPECT_EQ(rich.from_pool, 2 * kMiB);
  EXPECT_EQ(rich.from_reserve, 0);
  const ImmediateGrant poor = late_grant(rules_of(), {kCapacity - kMiB, 0, 1}, 2 * kMiB, 2 * kMiB);
  EXPECT_EQ(poor.from_pool, 0);
  EXPECT_EQ(poor.from_reserve, 2 * kMiB);
}

TEST(LateGrant, IsNothingWhereNeitherHasThatMuchOrTwiceTheLargeOnesRun) {
  const ImmediateGrant none = late_grant(rules_of(), {kCapacity - kMiB, 0, 1}, 2 * kMiB, kMiB);
  EXPECT_EQ(none.from_pool + none.from_reserve, 0);
  PoolRules rules = rules_of();
  rules.large_at_once = 3;
  EXPECT_EQ(late_grant(rules, {0, 0, 5}, kMiB, kMiB).from_pool, kMiB);
  EXPECT_EQ(late_grant(rules, {0, 0, 6}, kMiB, kMiB).from_pool, 0);
}

TEST(Grant, WaitsWhereNotEvenTheMinimumIsFree) {
  EXPECT_EQ(grant_for(rules_of(), {kCapacity - kMiB, 0, 5}, kLarge, true, false), 0);
}

TEST(Grant, StartsAloneInAnyCase) {
  EXPECT_EQ(grant_for(rules_of(0), {}, kLarge, true, false), kLarge.least);
  EXPECT_EQ(grant_for(rules_of(0), {kMiB, 0, 1}, kLarge, true, false), 0);
}

TEST(Grant, LargeOnesAreCountedOnlyUnderContention) {
  const PoolUse use{30 * kMiB, 0, 3};
  EXPECT_GT(grant_for(rules_of(), use, kLarge, true, false), 0);
  EXPECT_EQ(grant_for(rules_of(), use, kLarge, true, true), 0);
}

TEST(Grant, AtOnceComesOutOfTheReserveWhereThePoolIsEmpty) {
  const ImmediateGrant rich = grant_at_once(rules_of(), {}, kLarge);
  EXPECT_EQ(rich.from_pool, kLarge.need);
  EXPECT_EQ(rich.from_reserve, 0);
  const ImmediateGrant poor = grant_at_once(rules_of(), {kCapacity, 0, 9}, kLarge);
  EXPECT_EQ(poor.from_pool, 0);
  EXPECT_EQ(poor.from_reserve, kLarge.least);
}

TEST(Line, IsServedInItsOrder) {
  const std::vector<GrantRequest> line{kLarge, kLarge};
  EXPECT_EQ(next_grant(rules_of(), {}, line).index, 0);
  EXPECT_EQ(next_grant(rules_of(), {20 * kMiB, 0, 3}, line).index, -1);
}

TEST(Line, HasRoomForSmallOnes) {
  const std::vector<GrantRequest> line{kLarge, kLarge, kSmall};
  EXPECT_EQ(next_grant(rules_of(), {20 * kMiB, 0, 3}, line).index, 2);
  EXPECT_EQ(next_grant(rules_of(), {20 * kMiB, 15 * kMiB, 3}, line).index, -1) << "their room is full";
}

// A server in small: random queries come, run, give up and end.
class Simulation {
public:
  explicit Simulation(uint64_t seed) : random_(seed) {}

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
      ASSERT_GE(use_.granted, 0);
      ASSERT_LE(use_.granted, kCapacity) << "at step " << i;
      ASSERT_LE(use_.small, use_.granted);
    }
    drain();
    EXPECT_TRUE(line_.empty()) << "somebody starves";
    EXPECT_EQ(use_.granted, 0);
    EXPECT_EQ(use_.small, 0);
    EXPECT_EQ(use_.large, 0);
  }

private:
  struct Running {
    int64_t bytes;
    bool large;
  };

  GrantRequest random_request() {
    const int64_t least = 1 + static_cast<int64_t>(random_() % (16 * kMiB));
    const int64_t need = least + static_cast<int64_t>(random_() % (16 * kMiB));
    const int64_t wish = need + static_cast<int64_t>(random_() % (64 * kMiB));
    return {least, need, wish, random_() % 2 == 0 ? wish : need};
  }

  void start(const GrantRequest& request, int64_t bytes) {
    ASSERT_GE(bytes, request.least);
    ASSERT_LE(bytes, std::max(request.need, std::min(request.most, kCapacity / 8)));
    const bool large = is_large(request, kCapacity);
    take(use_, bytes, large);
    running_.push_back({bytes, large});
  }

  void serve() {
    for (;;) {
      const NextGrant next = next_grant(rules_of(), use_, line_);
      if (next.index < 0) return;
      ASSERT_TRUE(next.index == 0 || !is_large(line_[next.index], kCapacity)) << "a large one overtook";
      start(line_[next.index], next.bytes);
      line_.erase(line_.begin() + next.index);
    }
  }

  void arrive() {
    const GrantRequest request = random_request();
    const int64_t bytes = grant_for(rules_of(), use_, request, line_.empty(), !line_.empty());
    if (bytes > 0)
      start(request, bytes);
    else
      line_.push_back(request);
  }

  void end_one() {
    if (running_.empty()) return;
    const size_t i = random_() % running_.size();
    give_back(use_, running_[i].bytes, running_[i].large);
    running_.erase(running_.begin() + static_cast<long>(i));
    serve();
  }

  void give_up() {
    if (line_.empty()) return;
    line_.erase(line_.begin() + static_cast<long>(random_() % line_.size()));
    serve();
  }

  void step() {
    switch (random_() % 8) {
      case 0:
        return give_up();
      case 1:
      case 2:
      case 3:
        return end_one();
      default:
        return arrive();
    }
  }

  void drain() {
    while (!running_.empty()) end_one();
  }

  std::mt19937_64 random_;
  PoolUse use_;
  std::vector<GrantRequest> line_;
  std::vector<Running> running_;
};

TEST(Simulated, AccountsAreExactAndNobodyStarves) {
  for (uint64_t seed = 1; seed <= 200; seed++) Simulation(seed).run(500);
}

}  // namespace
}  // namespace aza
