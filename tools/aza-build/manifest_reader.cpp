#include "manifest_reader.h"

#include <fmt/format.h>
#include "json_library.h"

#include "manifest_schema.h"

namespace aza::build {

namespace {

using Json = jsoncons::ojson;

// Absent and of the wrong type are the same here: the schema has reported the latter.
const Json* member(const Json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) return nullptr;
  return &object.at(key);
}

std::string text_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value && value->is_string() ? value->as<std::string>() : std::string();
}

bool flag_of(const Json& object, const char* key, bool otherwise) {
  const Json* value = member(object, key);
  return value && value->is_bool() ? value->as<bool>() : otherwise;
}

// Elements that are no strings keep their place as empty ones: findings name elements by number.
std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const Json* value = member(object, key);
  if (!value || !value->is_array()) return texts;
  for (const Json& each : value->array_range()) {
    texts.push_back(each.is_string() ? each.as<std::string>() : std::string());
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> pairs_of(const Json& object, const char* key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const Json* value = member(object, key);
  if (!value || !value->is_object()) return pairs;
  for (const auto& each : value->object_range()) pairs.emplace_back(each.key(), text_of(*value, each.key().c_str()));
  return pairs;
}

Kind kind_of(const std::string& text) {
  if (text == "builtin") return Kind::builtin;
  return text == "tool" ? Kind::tool : Kind::extension;
}

InstallVia via_of(const std::string& text) {
  if (text == "builtin") return InstallVia::builtin;
  return text == "pgdg" ? InstallVia::pgdg : InstallVia::source;
}

void read_origin(const Json& json, Entry& entry) {
  if (const Json* source = member(json, "source")) {
    entry.source = Source{text_of(*source, "repository"), text_of(*source, "tag"), text_of(*source, "commit")};
  }
  if (const Json* build = member(json, "build")) {
    entry.build = Recipe{text_of(*build, "type"), text_of(*build, "subdir"), texts_of(*build, "features"),
                         texts_of(*build, "options"), texts_of(*build, "patches")};
  }
  const Json* packages = member(json, "packages");
  if (!packages || !packages->is_object()) return;
  for (const auto& pin : packages->object_range()) {
    entry.packages[pin.key()] = Package{text_of(pin.value(), "package"), text_of(pin.value(), "version"),
                                        texts_of(pin.value(), "with"), pairs_of(pin.value(), "links")};
  }
}

void read_runtime(const Json& json, Entry& entry) {
  if (const Json* runtime = member(json, "runtime")) {
    entry.runtime = Runtime{flag_of(*runtime, "sharedPreload", false), text_of(*runtime, "preloadLibrary"),
                            flag_of(*runtime, "defaultEnable", false), flag_of(*runtime, "preloadOnly", false)};
  }
  const Json* smoke = member(json, "smoke");
  if (smoke) entry.smoke = {pairs_of(*smoke, "settings"), pairs_of(*smoke, "scripts")};
}

Entry read_entry(const Json& json) {
  Entry entry;
  entry.name = text_of(json, "name");
  entry.kind = kind_of(text_of(json, "kind"));
  entry.install_via = via_of(text_of(json, "install_via"));
  entry.description = text_of(json, "description");
  read_origin(json, entry);
  entry.dependencies = texts_of(json, "dependencies");
  entry.enabled = flag_of(json, "enabled", true);
  entry.disabled_reason = text_of(json, "disabledReason");
  read_runtime(json, entry);
  entry.category = text_of(json, "category");
  entry.licence = text_of(json, "licence");
  return entry;
}

Manifest typed(const Json& json) {
  Manifest manifest;
  manifest.postgresql = text_of(json, "postgresql");
  manifest.repository_hosts = texts_of(json, "repositoryHosts");
  manifest.core_preload = texts_of(json, "corePreload");
  const Json* entries = member(json, "entries");
  if (!entries || !entries->is_array()) return manifest;
  for (const Json& entry : entries->array_range()) manifest.entries.push_back(read_entry(entry));
  return manifest;
}

void read_json(ManifestText& out, std::string_view schema) {
  // The position scan has seen that the text is JSON; what can still go wrong is nesting that one parser refuses.
  try {
    const Json json = Json::parse(out.text);
    append(out.findings, validate(json, schema));
    out.manifest = typed(json);
  } catch (const std::exception& error) {
    out.findings.push_back({"", fmt::format("cannot be read: {}", error.what()), "", ""});
  }
}

}  // namespace

const char* word(Kind kind) {
  static constexpr const char* kWords[] = {"builtin", "extension", "tool"};
  return kWords[static_cast<int>(kind)];
}

const char* word(InstallVia via) {
  static constexpr const char* kWords[] = {"builtin", "pgdg", "source"};
  return kWords[static_cast<int>(via)];
}

ManifestText read_manifest(std::string path, std::string text, std::string_view schema) {
  ManifestText out;
  out.path = std::move(path);
  out.text = std::move(text);
  out.positions = JsonPositions::scan(out.text);
  if (!out.positions.error().empty()) {
    out.findings.push_back({"", "not JSON: " + out.positions.error(), "", ""});
    return out;
  }
  for (const std::string& pointer : out.positions.duplicate_keys()) {
    out.findings.push_back({pointer, "the key is there twice, and the second one would silently win", "keep one", ""});
  }
  read_json(out, schema);
  return out;
}

std::string render(const Finding& finding, const ManifestText& manifest) {
  TextPlace place;
  if (!manifest.positions.error().empty()) {
    place = manifest.positions.error_place();
  } else if (const auto* node = manifest.positions.find_nearest(finding.pointer)) {
    place = manifest.positions.place(node->begin);
  }
  std::string out = fmt::format("{}:{}:{}: {}: {}\n", manifest.path, place.line, place.column,
                                finding.pointer.empty() ? "/" : finding.pointer, finding.message);
  if (!finding.way_out.empty()) out += fmt::format("    way out: {}\n", finding.way_out);
  return out + finding.block;
}

}  // namespace aza::build
