#include "dependency_graph.h"

#include <algorithm>
#include <queue>

namespace aza::build {

DependencyGraph::DependencyGraph(const Manifest& manifest) {
  const size_t count = manifest.entries.size();
  needs_.resize(count);
  needed_by_.resize(count);
  slots_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    names_.push_back(manifest.entries[i].name);
    places_.emplace(manifest.entries[i].name, i);
  }
  for (size_t i = 0; i < count; ++i) {
    const auto& dependencies = manifest.entries[i].dependencies;
    for (size_t slot = 0; slot < dependencies.size(); ++slot) {
      const size_t needed = find(dependencies[slot]);
      if (needed == kMissing) continue;
      needs_[i].push_back(needed);
      slots_[i].push_back(slot);
      needed_by_[needed].push_back(i);
    }
  }
}

size_t DependencyGraph::find(std::string_view name) const {
  const auto found = places_.find(std::string(name));
  return found == places_.end() ? kMissing : found->second;
}

// Depth first with a stack of its own, so that a long chain is no danger: an edge back to an entry that is still open
// closes a cycle, and the stack from there on is its path.
std::vector<Cycle> DependencyGraph::cycles() const {
  enum class State : char { fresh, open, done };
  struct Step {
    size_t entry;
    size_t edge;
  };
  std::vector<State> state(size(), State::fresh);
  std::vector<Cycle> found;
  for (size_t root = 0; root < size(); ++root) {
    if (state[root] != State::fresh) continue;
    std::vector<Step> stack{{root, 0}};
    state[root] = State::open;
    while (!stack.empty()) {
      Step& top = stack.back();
      if (top.edge == needs_[top.entry].size()) {
        state[top.entry] = State::done;
        stack.pop_back();
        continue;
      }
      const size_t edge = top.edge++;
      const size_t next = needs_[top.entry][edge];
      if (state[next] == State::fresh) {
        state[next] = State::open;
        stack.push_back({next, 0});
      } else if (state[next] == State::open) {
        Cycle cycle{{}, top.entry, slots_[top.entry][edge]};
        auto start = std::find_if(stack.begin(), stack.end(), [&](const Step& step) { return step.entry == next; });
        for (; start != stack.end(); ++start) cycle.path.push_back(start->entry);
        cycle.path.push_back(next);
        found.push_back(std::move(cycle));
      }
    }
  }
  return found;
}

std::vector<size_t> DependencyGraph::order() const {
  const auto later = [this](size_t a, size_t b) { return names_[a] != names_[b] ? names_[a] > names_[b] : a > b; };
  std::priority_queue<size_t, std::vector<size_t>, decltype(later)> ready(later);
  std::vector<size_t> waiting(size());
  for (size_t i = 0; i < size(); ++i) {
    waiting[i] = needs_[i].size();
    if (waiting[i] == 0) ready.push(i);
  }
  std::vector<size_t> order;
  while (!ready.empty()) {
    const size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (size_t dependent : needed_by_[next]) {
      if (--waiting[dependent] == 0) ready.push(dependent);
    }
  }
  return order;
}

std::vector<size_t> DependencyGraph::reachable(size_t from, const Edges& edges) {
  std::vector<bool> seen(edges.size());
  std::vector<size_t> open{from};
  std::vector<size_t> found;
  seen[from] = true;
  while (!open.empty()) {
    const size_t entry = open.back();
    open.pop_back();
    for (size_t next : edges[entry]) {
      if (seen[next]) continue;
      seen[next] = true;
      found.push_back(next);
      open.push_back(next);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace aza::build
