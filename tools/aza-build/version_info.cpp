// version-info.json: the manifest's pins for programs.
#include "json_library.h"

#include "generated_files.h"
#include "json_text.h"

namespace aza::build {

namespace {

using Json = jsoncons::ojson;

Json entry_info(const Entry& entry) {
  Json info;
  info["name"] = entry.name;
  info["kind"] = word(entry.kind);
  info["enabled"] = entry.enabled;
  if (!entry.enabled) info["disabledReason"] = entry.disabled_reason;
  if (entry.source) {
    info["repository"] = entry.source->repository;
    info["tag"] = entry.source->tag;
    info["commit"] = entry.source->commit;
  }
  for (const auto& [channel, pin] : entry.packages) {
    Json package;
    package["package"] = pin.package;
    package["version"] = pin.version;
    info.try_emplace("packages", Json());
    info["packages"][channel] = package;
  }
  info["licence"] = entry.licence;
  return info;
}

}  // namespace

std::string version_info_json(const Manifest& manifest) {
  Json info;
  info["postgresql"] = manifest.postgresql;
  Json entries(jsoncons::json_array_arg);
  for (const Entry& entry : manifest.entries) entries.push_back(entry_info(entry));
  info["entries"] = entries;
  return json_text(info);
}

}  // namespace aza::build
