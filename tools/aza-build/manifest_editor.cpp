#include "manifest_editor.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "dependency_graph.h"
#include "json_text.h"

namespace aza::build {

namespace {

using Node = JsonPositions::Node;

struct Splice {
  size_t begin;
  size_t end;
  std::string text;
};

std::string apply(std::string text, std::vector<Splice> splices) {
  std::sort(splices.begin(), splices.end(), [](const Splice& a, const Splice& b) { return a.begin > b.begin; });
  for (const Splice& splice : splices) text.replace(splice.begin, splice.end - splice.begin, splice.text);
  return text;
}

// New members after `before`, each on a line of its own where `before` is on one.
Splice insert_after(const std::string& text, const Node& before, const std::vector<std::string>& members) {
  const size_t line = text.rfind('\n', before.key_begin) + 1;
  const std::string indent = text.substr(line, before.key_begin - line);
  const bool own_line = indent.find_first_not_of(" \t") == std::string::npos;
  const std::string separator = own_line ? ",\n" + indent : ", ";
  Splice splice{before.end, before.end, ""};
  for (const std::string& member : members) splice.text += separator + member;
  return splice;
}

// A member with the comma that its going leaves over.
Splice remove(const JsonPositions& positions, const Node& object, const Node& member) {
  if (const Node* previous = positions.previous_sibling(object, member)) return {previous->end, member.end, ""};
  const Node* next = positions.next_sibling(member);
  return {member.key_begin, next ? next->key_begin : member.end, ""};
}

Outcome<size_t> place_of(const ManifestText& manifest, const std::string& name, bool enabled) {
  const DependencyGraph graph(manifest.manifest);
  const size_t place = graph.find(name);
  if (place == DependencyGraph::kMissing) {
    return Outcome<size_t>::unknown(fmt::format("there is no entry '{}' in {}", name, manifest.path));
  }
  if (manifest.manifest.entries[place].enabled == enabled) {
    return Outcome<size_t>::unknown(fmt::format("{} is {} already", name, enabled ? "enabled" : "disabled"));
  }
  return place;
}

}  // namespace

Outcome<std::string> disabled_text(const ManifestText& manifest, const std::string& name, const std::string& reason) {
  const auto place = place_of(manifest, name, false);
  if (!place) return Outcome<std::string>::unknown(place.because());
  const std::string base = fmt::format("/entries/{}", *place);
  const Node* enabled = manifest.positions.find(base + "/enabled");
  const Node* why = manifest.positions.find(base + "/disabledReason");
  std::vector<Splice> splices;
  std::vector<std::string> members;
  if (!enabled) members.emplace_back("\"enabled\": false");
  if (!why) members.push_back("\"disabledReason\": " + json_literal(reason));
  if (enabled) splices.push_back({enabled->begin, enabled->end, "false"});
  if (why) splices.push_back({why->begin, why->end, json_literal(reason)});
  const Node& before = enabled ? *enabled : *manifest.positions.find(base + "/name");
  if (!members.empty()) splices.push_back(insert_after(manifest.text, before, members));
  return apply(manifest.text, std::move(splices));
}

Outcome<std::string> enabled_text(const ManifestText& manifest, const std::string& name) {
  const auto place = place_of(manifest, name, true);
  if (!place) return Outcome<std::string>::unknown(place.because());
  const std::string base = fmt::format("/entries/{}", *place);
  std::vector<Splice> splices;
  const Node& enabled = *manifest.positions.find(base + "/enabled");
  splices.push_back({enabled.begin, enabled.end, "true"});
  if (const Node* why = manifest.positions.find(base + "/disabledReason")) {
    splices.push_back(remove(manifest.positions, *manifest.positions.find(base), *why));
  }
  return apply(manifest.text, std::move(splices));
}

}  // namespace aza::build
