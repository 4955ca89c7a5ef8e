// What a plan needs, and the work_mem that keeps it within a grant.
#include "core/grant_need.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "core/bytes.h"

namespace aza {
namespace {

constexpr int64_t kMost = int64_t{64} * kGiB;

PlanNeed plan_of(std::initializer_list<NodeNeed> nodes) {
  PlanNeed need;
  for (const NodeNeed& node : nodes) need.add(node);
  return need;
}

TEST(ExpectedBytes, IsRowsTimesWidth) {
  EXPECT_EQ(expected_bytes(1000, 40), 40000);
  EXPECT_EQ(expected_bytes(0.5, 100), 50);
}

TEST(ExpectedBytes, BearsWhatEstimatesCanBe) {
  EXPECT_EQ(expected_bytes(std::nan(""), 40), 0);
  EXPECT_EQ(expected_bytes(-1, 40), 0);
  EXPECT_EQ(expected_bytes(10, 0), 0);
  EXPECT_EQ(expected_bytes(std::numeric_limits<double>::infinity(), 40), kMostNeed);
  EXPECT_EQ(expected_bytes(1e300, 40), kMostNeed);
}

TEST(NeedAt, IsCappedByWorkMem) {
  EXPECT_EQ(need_at(plan_of({{10 * kMiB, 1, false}}), {4 * kMiB, 200}), 4 * kMiB);
  EXPECT_EQ(need_at(plan_of({{kMiB, 1, false}}), {4 * kMiB, 200}), kMiB);
}

TEST(NeedAt, GivesHashesTheirMultiplier) {
  EXPECT_EQ(need_at(plan_of({{10 * kMiB, 1, true}}), {4 * kMiB, 200}), 8 * kMiB / 100 * 100);
}

TEST(NeedAt, CountsWhatTheServerDoesNotCount) {
  const PlanNeed plan = plan_of({{100 * kMiB, 1, false, 270}});
  EXPECT_EQ(need_at(plan, {10 * kMiB, 200}), 10 * kMiB / 100 * 270);
  EXPECT_EQ(work_mem_without_spill(plan, 200), (100 * kMiB / 270 * 100 + 200 + 1023) / 1024 * 1024);
  EXPECT_EQ(need_at(plan, {work_mem_without_spill(plan, 200), 200}), 100 * kMiB);
}

TEST(NeedAt, CountsEveryProcess) {
  EXPECT_EQ(need_at(plan_of({{10 * kMiB, 3, false}, {kMiB, 1, false}}), {4 * kMiB, 200}), 13 * kMiB);
}

TEST(ProcessOverhead, CountsWorkers) {
  EXPECT_EQ(process_overhead(plan_of({{10 * kMiB, 1, false}})), 2 * kMiB);
  EXPECT_EQ(process_overhead(plan_of({{10 * kMiB, 1, false}, {kMiB, 3, false}})), 10 * kMiB);
}

TEST(SpillCache, IsAQuarterOfWhatSpillsWithinBounds) {
  const PlanNeed plan = plan_of({{12 * kMiB, 2, false}, {kMiB, 1, false}});
  EXPECT_EQ(spill_cache(plan, {4 * kMiB, 200}), 4 * kMiB);
  EXPECT_EQ(spill_cache(plan, {12 * kMiB, 200}), 0);
  EXPECT_EQ(spill_cache(plan_of({{kMostNeed, 9, true}}), {4 * kMiB, 200}), 16 * kMiB);
}

TEST(NeedAt, ManyNodesNeverLowerIt) {
  PlanNeed need;
  int64_t before = 0;
  for (int i = 0; i < 200; i++) {
    need.add({kMiB, 1, false});
    const int64_t now = need_at(need, {4 * kMiB, 200});
    EXPECT_GT(now, before) << i;
    before = now;
  }
}

TEST(WorkMemWithin, IsTheLargestThatFits) {
  const PlanNeed need = plan_of({{100 * kMiB, 2, false}});
  EXPECT_EQ(work_mem_within(need, 20 * kMiB, 200, kMiB, kMost), 10 * kMiB);
  EXPECT_EQ(work_mem_within(need, kMiB, 200, kMiB, kMost), kMiB) << "not below the least";
  EXPECT_EQ(work_mem_within(need, 20 * kMiB, 200, kMiB, 4 * kMiB), 4 * kMiB) << "not above the most";
}

PlanNeed random_plan(std::mt19937_64& random) {
  PlanNeed need;
  const int nodes = 1 + static_cast<int>(random() % 60);
  for (int i = 0; i < nodes; i++)
    need.add({static_cast<int64_t>(random() % (uint64_t{1} << (10 + random() % 30))),
              1 + static_cast<int>(random() % 5), random() % 2 == 0});
  return need;
}

TEST(Unbounded, IsCountedForEachProcessAndStaysANumber) {
  PlanNeed need;
  need.add_unbounded(10 * kMiB, 3);
  EXPECT_EQ(need.unbounded, 30 * kMiB);
  EXPECT_EQ(process_overhead(need), 10 * kMiB) << "two workers";
  EXPECT_EQ(need_at(need, {4 * kMiB, 200}), 0) << "no node that heeds work_mem";
  need.add_unbounded(INT64_MAX, 1000);
  EXPECT_EQ(need.unbounded, kMostNeed);
}

TEST(WorkMem, PropertiesHoldForRandomPlans) {
  std::mt19937_64 random(18);
  for (int i = 0; i < 20000; i++) {
    const PlanNeed need = random_plan(random);
    const int64_t hash = 100 + static_cast<int64_t>(random() % 900);
    const int64_t unspilled = work_mem_without_spill(need, hash);
    const int64_t all = need_at(need, {unspilled, hash});
    EXPECT_EQ(all, need_at(need, {2 * unspilled, hash})) << "more is of no use, " << i;
    const int64_t bytes = static_cast<int64_t>(random() % static_cast<uint64_t>(all + 1));
    const int64_t work_mem = work_mem_within(need, bytes, hash, kLeastWorkMemBytes, unspilled);
    EXPECT_LE(need_at(need, {work_mem, hash}), std::max(bytes, need_at(need, {kLeastWorkMemBytes, hash}))) << i;
    EXPECT_EQ(work_mem % kKiB, 0);
    EXPECT_LE(need_at(need, {work_mem, hash}), need_at(need, {work_mem + kKiB, hash})) << "monotone, " << i;
  }
}

}  // namespace
}  // namespace aza
