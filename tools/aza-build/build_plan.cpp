#include "build_plan.h"

#include <fmt/format.h>

#include "digest.h"

namespace aza::build {

namespace {

// Raised whenever this program would build, stage or test the same entry differently.
constexpr const char* kRecipeVersion = "aza-build 2";

void add_list(Sha256& digest, const std::vector<std::string>& list) {
  digest.add_field(std::to_string(list.size()));
  for (const std::string& text : list) digest.add_field(text);
}

void add_pairs(Sha256& digest, const std::vector<std::pair<std::string, std::string>>& pairs) {
  digest.add_field(std::to_string(pairs.size()));
  for (const auto& [name, value] : pairs) {
    digest.add_field(name);
    digest.add_field(value);
  }
}

Trouble add_source(Sha256& digest, const FileStore& files, const Entry& entry, const Toolchain& toolchain,
                   const std::string& patches) {
  if (!entry.source) return entry.name + " has no source";
  digest.add_field(entry.source->commit);
  digest.add_field(toolchain.compiler);
  if (!entry.build) return {};
  digest.add_field(entry.build->type);
  digest.add_field(entry.build->subdir);
  add_list(digest, entry.build->features);
  add_list(digest, entry.build->options);
  for (const std::string& patch : entry.build->patches) {
    const auto text = files.read(fmt::format("{}/{}/{}", patches, entry.name, patch));
    if (!text) return text.because();
    digest.add_field(*text);
  }
  return {};
}

void add_test(Sha256& digest, const Entry& entry) {
  digest.add_field(entry.runtime.preload_library);
  digest.add_field(entry.runtime.preload_only ? "preload only" : "");
  add_pairs(digest, entry.smoke.settings);
  add_pairs(digest, entry.smoke.scripts);
}

}  // namespace

Method method_of(const Entry& entry, const std::string& channel) {
  if (entry.install_via == InstallVia::builtin) return Method::builtin;
  return entry.packages.contains(channel) ? Method::package : Method::source;
}

Outcome<std::vector<PlannedEntry>> make_plan(const FileStore& files, const Manifest& manifest,
                                             const DependencyGraph& graph, const std::string& channel,
                                             const Toolchain& toolchain, const std::string& patches,
                                             const std::string& target) {
  std::vector<PlannedEntry> plan(manifest.entries.size());
  for (size_t place : graph.order()) {
    const Entry& entry = manifest.entries[place];
    PlannedEntry& planned = plan[place];
    planned.place = place;
    planned.method = method_of(entry, channel);
    Sha256 digest;
    for (const char* text : {kRecipeVersion, entry.name.c_str(), word(entry.kind)}) digest.add_field(text);
    for (const std::string& text : {toolchain.version, toolchain.architecture, target}) digest.add_field(text);
    if (planned.method == Method::package) {
      const Package& pin = entry.packages.at(channel);
      digest.add_field(pin.package + "=" + pin.version);
      add_list(digest, pin.with);
      add_pairs(digest, pin.links);
    } else if (planned.method == Method::source) {
      const Trouble trouble = add_source(digest, files, entry, toolchain, patches);
      if (!trouble.empty()) return Outcome<std::vector<PlannedEntry>>::unknown(trouble);
    }
    add_test(digest, entry);
    for (size_t needed : graph.needs(place)) digest.add_field(plan[needed].key);
    planned.key = digest.hex();
  }
  return plan;
}

}  // namespace aza::build
