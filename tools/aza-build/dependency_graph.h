// What needs what. Entries are known by their place in the manifest; a dependency that is not there is no edge.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest.h"

namespace aza::build {

struct Cycle {
  std::vector<size_t> path;    // entries, the first one again at the end
  size_t entry = 0;            // where the manifest closes the circle: this entry
  size_t dependency_slot = 0;  // and this one of its dependencies
};

class DependencyGraph {
public:
  static constexpr size_t kMissing = static_cast<size_t>(-1);

  explicit DependencyGraph(const Manifest& manifest);

  size_t size() const { return needs_.size(); }
  size_t find(std::string_view name) const;  // kMissing where there is none
  const std::vector<size_t>& needs(size_t entry) const { return needs_[entry]; }
  const std::vector<size_t>& needed_by(size_t entry) const { return needed_by_[entry]; }

  std::vector<Cycle> cycles() const;
  // Every entry after what it needs, otherwise by name. Entries on a cycle, and those that need them, are left out.
  std::vector<size_t> order() const;
  // Everything that falls with the entry, or that it stands on, without the entry itself; in order of place.
  std::vector<size_t> all_that_need(size_t entry) const { return reachable(entry, needed_by_); }
  std::vector<size_t> all_needs_of(size_t entry) const { return reachable(entry, needs_); }

private:
  using Edges = std::vector<std::vector<size_t>>;
  static std::vector<size_t> reachable(size_t from, const Edges& edges);

  std::vector<std::string> names_;
  std::unordered_map<std::string, size_t> places_;
  Edges needs_;
  Edges needed_by_;
  Edges slots_;  // slots_[e][i]: which of e's dependencies in the manifest needs_[e][i] is
};

}  // namespace aza::build
