#include "../task_schedule.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace aza::build {
namespace {

using Needs = std::vector<std::vector<size_t>>;
using Ends = std::vector<TaskEnd>;

std::vector<size_t> all(size_t count) {
  std::vector<size_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  return order;
}

TEST(TaskSchedule, StartsNothingBeforeWhatItNeeds) {
  std::mt19937 random(4);
  for (int round = 0; round < 50; ++round) {
    const size_t count = 1 + random() % 30;
    Needs needs(count);
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (random() % 5 == 0) needs[i].push_back(j);
      }
    }
    std::mutex mutex;
    std::set<size_t> done;
    const Ends ends = run_tasks(needs, all(count), {4, false}, [&](size_t task) {
      const std::lock_guard lock(mutex);
      for (size_t need : needs[task]) EXPECT_TRUE(done.contains(need));
      EXPECT_TRUE(done.insert(task).second);
      return true;
    });
    EXPECT_EQ(ends, Ends(count, TaskEnd::done));
  }
}

TEST(TaskSchedule, KeepsToTheLimitAndReachesIt) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  run_tasks(Needs(12), all(12), {3, false}, [&](size_t) {
    most = std::max(most.load(), ++running);
    for (int i = 0; i < 200 && most < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    --running;
    return true;
  });
  EXPECT_EQ(most, 3);
}

TEST(TaskSchedule, AfterAFailureNothingIsStarted) {
  const Ends ends = run_tasks(Needs(3), all(3), {1, false}, [](size_t task) { return task != 1; });
  EXPECT_EQ(ends, (Ends{TaskEnd::done, TaskEnd::failed, TaskEnd::skipped}));
}

TEST(TaskSchedule, KeepingGoingSkipsOnlyWhatNeedsTheFailure) {
  const Ends ends = run_tasks({{}, {}, {1}, {2}, {0}}, all(5), {2, true}, [](size_t task) { return task != 1; });
  EXPECT_EQ(ends, (Ends{TaskEnd::done, TaskEnd::failed, TaskEnd::skipped, TaskEnd::skipped, TaskEnd::done}));
}

TEST(TaskSchedule, AnInterruptionStartsNothingMore) {
  bool interrupted = false;
  TaskRules rules{1, true, [&] { return interrupted; }};
  const Ends ends = run_tasks(Needs(3), all(3), rules, [&](size_t) { return interrupted = true; });
  EXPECT_EQ(ends, (Ends{TaskEnd::done, TaskEnd::skipped, TaskEnd::skipped}));
}

TEST(TaskSchedule, NothingToDo) {
  EXPECT_TRUE(run_tasks({}, {}, {2, false}, [](size_t) { return false; }).empty());
}

}  // namespace
}  // namespace aza::build
