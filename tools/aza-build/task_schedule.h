// Tasks of a graph, each after those that it needs, as many at a time as allowed.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace aza::build {

enum class TaskEnd { done, failed, skipped };  // skipped: something it needs failed, or the run was cut short

struct TaskRules {
  int at_once = 1;
  bool keep_going = false;  // after a failure, still start what does not need it
  std::function<bool()> interrupted = [] { return false; };
};

// `needs[i]` are the tasks that i needs; the graph has no cycle. Of several that are ready the first one in `order` is
// started first. `task` is called from several threads.
std::vector<TaskEnd> run_tasks(const std::vector<std::vector<size_t>>& needs, const std::vector<size_t>& order,
                               const TaskRules& rules, const std::function<bool(size_t)>& task);

}  // namespace aza::build
