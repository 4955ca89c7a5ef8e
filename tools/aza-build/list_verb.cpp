// list: the entries, their state, what needs what, and why an entry is there.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "json_text.h"
#include "loaded_manifest.h"
#include "verbs.h"

namespace aza::build {

namespace {

using Json = jsoncons::ojson;

std::vector<std::string> names(const Manifest& manifest, const std::vector<size_t>& places) {
  std::vector<std::string> result;
  result.reserve(places.size());
  for (size_t place : places) result.push_back(manifest.entries[place].name);
  return result;
}

Json array_of(const std::vector<std::string>& texts) {
  Json array(jsoncons::json_array_arg);
  for (const std::string& text : texts) array.push_back(text);
  return array;
}

std::string list_json(const Manifest& manifest, const DependencyGraph& graph) {
  Json list(jsoncons::json_array_arg);
  for (size_t i = 0; i < manifest.entries.size(); ++i) {
    const Entry& entry = manifest.entries[i];
    Json item;
    item["name"] = entry.name;
    item["kind"] = word(entry.kind);
    item["installVia"] = word(entry.install_via);
    item["enabled"] = entry.enabled;
    if (!entry.enabled) item["disabledReason"] = entry.disabled_reason;
    item["needs"] = array_of(entry.dependencies);
    item["neededBy"] = array_of(names(manifest, graph.needed_by(i)));
    list.push_back(item);
  }
  return json_text(list);
}

std::string list_text(const Manifest& manifest, const DependencyGraph& graph) {
  constexpr const char* kRow = "{:<20} {:<10} {:<8} {:<9} {:<20} {}";
  std::string text = fmt::format("{}\n", fmt::format(kRow, "name", "kind", "via", "state", "needs", "needed by"));
  for (size_t i = 0; i < manifest.entries.size(); ++i) {
    const Entry& entry = manifest.entries[i];
    std::string row = fmt::format(kRow, entry.name, word(entry.kind), word(entry.install_via),
                                  entry.enabled ? "enabled" : "disabled", fmt::join(entry.dependencies, ","),
                                  fmt::format("{}", fmt::join(names(manifest, graph.needed_by(i)), ",")));
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string state_line(const Entry& entry) {
  if (!entry.enabled)
    return fmt::format("is disabled (reason: {}): built and tested, not shipped", entry.disabled_reason);
  if (entry.runtime.default_enable && has_control_file(entry)) return "is enabled and created on every new server";
  if (entry.runtime.default_enable) return "is enabled and preloaded on every new server";
  return "is enabled: it ships, and is there for whoever asks for it";
}

std::string why_text(const Manifest& manifest, const DependencyGraph& graph, size_t place) {
  const Entry& entry = manifest.entries[place];
  std::string text = fmt::format("{} {}\n", entry.name, state_line(entry));
  const std::string& library = entry.runtime.preload_library;
  if (std::find(manifest.core_preload.begin(), manifest.core_preload.end(), library) != manifest.core_preload.end()) {
    text += fmt::format("  its library {} is in the core preload list\n", library);
  }
  for (size_t dependent : graph.needed_by(place))
    text += fmt::format("  needed by {}\n", manifest.entries[dependent].name);
  const auto cascade = names(manifest, graph.all_that_need(place));
  if (!cascade.empty()) text += fmt::format("  disabling it means disabling {} first\n", fmt::join(cascade, ", "));
  const auto needs = names(manifest, graph.all_needs_of(place));
  if (!needs.empty()) text += fmt::format("  stands on {}\n", fmt::join(needs, ", "));
  return text;
}

}  // namespace

Verdict run_list(const FileStore& files, const Request& request) {
  const auto manifest = load_manifest(files, request.manifest);
  if (!manifest) return environment_error(manifest.because());
  if (!manifest->findings.empty()) return {kFindings, "", render_all(manifest->findings, *manifest)};
  const DependencyGraph graph(manifest->manifest);
  if (request.name.empty()) {
    return {kClean, request.json ? list_json(manifest->manifest, graph) : list_text(manifest->manifest, graph), ""};
  }
  const size_t place = graph.find(request.name);
  if (place != DependencyGraph::kMissing) return {kClean, why_text(manifest->manifest, graph, place), ""};
  return {kFindings, "", fmt::format("aza-build: there is no entry '{}' in {}\n", request.name, request.manifest)};
}

}  // namespace aza::build
