#include "gates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "source_rules.h"

namespace aza::build {

namespace {

std::string pointer_to(size_t entry, std::string_view rest) {
  return fmt::format("/entries/{}{}", entry, rest);
}

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

class GateCheck {
public:
  GateCheck(const Manifest& manifest, const DependencyGraph& graph, const GateOptions& options)
      : manifest_(manifest), graph_(graph), options_(options) {}

  Findings run() {
    for (size_t i = 0; i < manifest_.entries.size(); ++i) {
      unique_name(i);
      append(findings_, check_source(manifest_, i));
      pin(i);
      dependencies(i);
      core_preload(i);
    }
    cycles();
    return std::move(findings_);
  }

private:
  const Entry& entry(size_t i) const { return manifest_.entries[i]; }
  void report(std::string pointer, std::string message, std::string way_out, std::string block = {}) {
    findings_.push_back({std::move(pointer), std::move(message), std::move(way_out), std::move(block)});
  }

  void unique_name(size_t i) {
    const size_t first = graph_.find(entry(i).name);
    if (first == i || entry(i).name.empty()) return;
    report(pointer_to(i, "/name"), fmt::format("the name '{}' is taken by /entries/{}", entry(i).name, first),
           "give one of them another name, or remove it");
  }

  void pin(size_t i) {
    const Entry& each = entry(i);
    if (options_.channel.empty() || each.install_via != InstallVia::pgdg || each.packages.contains(options_.channel)) {
      return;
    }
    report(
        pointer_to(i, "/packages"),
        fmt::format("{} has no package pinned for the channel '{}'", each.name, options_.channel),
        fmt::format("add \"{}\": {{ \"package\": ..., \"version\": ... }}, or build it from source", options_.channel));
  }

  void dependencies(size_t i) {
    const Entry& each = entry(i);
    for (size_t slot = 0; slot < each.dependencies.size(); ++slot) {
      const std::string& name = each.dependencies[slot];
      const size_t needed = graph_.find(name);
      const std::string pointer = pointer_to(i, fmt::format("/dependencies/{}", slot));
      if (needed == DependencyGraph::kMissing) {
        report(pointer,
               fmt::format("Extension {} requires dependency '{}' which is not in the manifest", each.name, name),
               fmt::format("add an entry '{}', or remove the dependency", name));
      } else if (each.enabled && !entry(needed).enabled) {
        report(pointer,
               fmt::format("Extension {} requires dependency '{}' which is disabled (reason: {})", each.name, name,
                           entry(needed).disabled_reason),
               fmt::format("aza-build enable {}, or aza-build disable {} first", name, each.name));
      }
    }
  }

  void core_preload(size_t i) {
    const Entry& each = entry(i);
    const std::string& library = each.runtime.preload_library;
    if (each.enabled || library.empty() || !contains(manifest_.core_preload, library)) return;
    const std::vector<std::string>& preload = options_.preload ? *options_.preload : manifest_.core_preload;
    if (!contains(preload, library)) return;
    report(pointer_to(i, "/enabled"), fmt::format("Cannot disable extension '{}'", each.name), "",
           core_preload_block(each, preload));
  }

  static std::string core_preload_block(const Entry& each, std::vector<std::string> preload) {
    std::erase(preload, each.runtime.preload_library);
    return fmt::format(
        "[ext-build] ERROR: Cannot disable extension '{0}'\n"
        "[ext-build]        This extension is required in shared_preload_libraries\n"
        "[ext-build]        Disabling would cause runtime crash\n"
        "[ext-build]\n"
        "[ext-build]        To disable this extension, you must ALSO set:\n"
        "[ext-build]        POSTGRES_SHARED_PRELOAD_LIBRARIES='{1}'\n"
        "[ext-build]        (exclude '{2}' from the list)\n",
        each.name, fmt::join(preload, ","), each.runtime.preload_library);
  }

  void cycles() {
    for (const Cycle& cycle : graph_.cycles()) {
      std::vector<std::string> names;
      names.reserve(cycle.path.size());
      for (size_t i : cycle.path) names.push_back(entry(i).name);
      report(pointer_to(cycle.entry, fmt::format("/dependencies/{}", cycle.dependency_slot)),
             fmt::format("dependency cycle: {}", fmt::join(names, " -> ")), "remove one of these dependencies");
    }
  }

  const Manifest& manifest_;
  const DependencyGraph& graph_;
  const GateOptions& options_;
  Findings findings_;
};

}  // namespace

Findings check_gates(const Manifest& manifest, const DependencyGraph& graph, const GateOptions& options) {
  return GateCheck(manifest, graph, options).run();
}

std::string disabled_line(const Entry& entry) {
  return fmt::format("[ext-build] Extension {} disabled (reason: {}) - building for testing only", entry.name,
                     entry.disabled_reason);
}

std::vector<std::string> default_preload(const Manifest& manifest) {
  std::vector<std::string> core;
  std::vector<std::string> others;
  for (const Entry& entry : manifest.entries) {
    if (!entry.enabled || !entry.runtime.shared_preload || !entry.runtime.default_enable) continue;
    const bool is_core = contains(manifest.core_preload, entry.runtime.preload_library);
    (is_core ? core : others).push_back(entry.runtime.preload_library);
  }
  std::vector<std::string> preload;
  for (const std::string& library : manifest.core_preload) {
    if (contains(core, library)) preload.push_back(library);
  }
  preload.insert(preload.end(), others.begin(), others.end());
  return preload;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> elements;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view element = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t first = element.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    element = element.substr(first, element.find_last_not_of(" \t") - first + 1);
    elements.emplace_back(element);
  }
  return elements;
}

}  // namespace aza::build
