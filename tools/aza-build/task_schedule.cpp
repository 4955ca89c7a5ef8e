#include "task_schedule.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace aza::build {

namespace {

class Schedule {
public:
  Schedule(const std::vector<std::vector<size_t>>& needs, const std::vector<size_t>& order, const TaskRules& rules,
           const std::function<bool(size_t)>& task)
      : needs_(needs), waiting_(order), rules_(rules), task_(task), ends_(needs.size()) {}

  std::vector<TaskEnd> run() {
    std::vector<std::thread> workers;
    const auto count = std::min<size_t>(static_cast<size_t>(std::max(rules_.at_once, 1)), waiting_.size());
    workers.reserve(count);
    for (size_t i = 0; i < count; ++i) workers.emplace_back([this] { work(); });
    for (std::thread& worker : workers) worker.join();
    std::vector<TaskEnd> ends;
    ends.reserve(ends_.size());
    for (const auto& end : ends_) ends.push_back(end.value_or(TaskEnd::skipped));
    return ends;
  }

private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      const std::optional<size_t> next = take();
      if (!next) {
        if (waiting_.empty() || running_ == 0) break;
        changed_.wait(lock);
        continue;
      }
      ++running_;
      lock.unlock();
      const bool done = task_(*next);
      lock.lock();
      --running_;
      ends_[*next] = done ? TaskEnd::done : TaskEnd::failed;
      if (!done && !rules_.keep_going) cut_short_ = true;
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  // The first task whose needs are all done; those with a failed need are settled on the way.
  std::optional<size_t> take() {
    if (cut_short_ || rules_.interrupted()) waiting_.clear();
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      const size_t candidate = *it;
      if (any_need(candidate, [this](size_t need) { return ends_[need] && *ends_[need] != TaskEnd::done; })) {
        ends_[candidate] = TaskEnd::skipped;
        waiting_.erase(it);
        it = waiting_.begin();
      } else if (!any_need(candidate, [this](size_t need) { return !ends_[need]; })) {
        waiting_.erase(it);
        return candidate;
      } else {
        ++it;
      }
    }
    return std::nullopt;
  }

  template <class Test>
  bool any_need(size_t task, Test test) const {
    return std::any_of(needs_[task].begin(), needs_[task].end(), test);
  }

  const std::vector<std::vector<size_t>>& needs_;
  std::vector<size_t> waiting_;
  const TaskRules& rules_;
  const std::function<bool(size_t)>& task_;
  std::vector<std::optional<TaskEnd>> ends_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t running_ = 0;
  bool cut_short_ = false;
};

}  // namespace

std::vector<TaskEnd> run_tasks(const std::vector<std::vector<size_t>>& needs, const std::vector<size_t>& order,
                               const TaskRules& rules, const std::function<bool(size_t)>& task) {
  return Schedule(needs, order, rules, task).run();
}

}  // namespace aza::build
