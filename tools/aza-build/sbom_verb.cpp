// sbom: the record as SPDX 2.3 or CycloneDX 1.6, for scanners.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <map>

#include "digest.h"
#include "installed_record.h"
#include "json_text.h"
#include "loaded_manifest.h"
#include "verbs.h"

namespace aza::build {

namespace {

using Json = jsoncons::ojson;

// What both formats say of one thing that ships.
struct Component {
  std::string name, version, licence, description, address, url;  // address: a package URL
  const std::vector<RecordedFile>* files;
};

std::string purl(const RecordedEntry& entry) {
  if (entry.how == "package") return fmt::format("pkg:deb/debian/{}@{}", entry.package, entry.version);
  if (entry.how == "builtin") return "pkg:generic/postgresql@" + entry.version.substr(entry.version.find(' ') + 1);
  constexpr std::string_view kGitHub = "https://github.com/";
  std::string path = entry.repository.substr(0, entry.repository.rfind(".git"));
  if (path.starts_with(kGitHub)) return fmt::format("pkg:github/{}@{}", path.substr(kGitHub.size()), entry.commit);
  return fmt::format("pkg:generic/{}@{}?vcs_url=git+{}", entry.name, entry.commit, entry.repository);
}

std::string download(const RecordedEntry& entry) {
  return entry.repository.empty() ? "NOASSERTION" : fmt::format("git+{}@{}", entry.repository, entry.commit);
}

std::vector<Component> components(const InstalledRecord& record) {
  std::vector<Component> list;
  std::map<std::string, Component> libraries;  // several entries may bring one
  for (const RecordedEntry& entry : record.entries) {
    if (!entry.enabled) continue;
    const std::string version =
        entry.how == "builtin" ? entry.version.substr(entry.version.find(' ') + 1) : entry.version;
    list.push_back({entry.name, version, entry.licence, entry.description, purl(entry), download(entry), &entry.files});
    for (const RuntimePackage& package : entry.runtime) {
      libraries[package.package] = {package.package,
                                    package.version,
                                    "NOASSERTION",
                                    "A library that an extension needs",
                                    fmt::format("pkg:deb/debian/{}@{}", package.package, package.version),
                                    "NOASSERTION",
                                    &package.files};
    }
  }
  for (auto& [name, library] : libraries) list.push_back(std::move(library));
  return list;
}

std::string timestamp(const Environment& environment) {
  const auto epoch = environment.find("SOURCE_DATE_EPOCH");
  const std::time_t seconds =
      epoch == environment.end() ? std::time(nullptr) : std::strtoll(epoch->second.c_str(), nullptr, 10);
  return fmt::format("{:%FT%TZ}", *std::gmtime(&seconds));
}

Json hash_of(const char* name_key, const char* name, const char* value_key, const std::string& value) {
  Json hash;
  hash[name_key] = name;
  hash[value_key] = value;
  Json list(jsoncons::json_array_arg);
  list.push_back(hash);
  return list;
}

Json spdx_file(const RecordedFile& file, const std::string& id) {
  Json json;
  json["SPDXID"] = id;
  json["fileName"] = "./" + file.path;
  json["checksums"] = hash_of("algorithm", "SHA256", "checksumValue", file.sha256);
  return json;
}

Json relation(const std::string& from, const char* type, const std::string& to) {
  Json json;
  json["spdxElementId"] = from;
  json["relationshipType"] = type;
  json["relatedSpdxElement"] = to;
  return json;
}

// An SPDX id has letters, digits, dots and dashes.
std::string spdx_id(const std::string& kind, const std::string& name) {
  std::string id = "SPDXRef-" + kind + "-";
  for (char c : name) id += std::isalnum(static_cast<unsigned char>(c)) || c == '.' ? c : '-';
  return id;
}

Json spdx_package(const Component& component) {
  Json json;
  json["SPDXID"] = spdx_id("Package", component.name);
  json["name"] = component.name;
  json["versionInfo"] = component.version;
  json["downloadLocation"] = component.url;
  json["filesAnalyzed"] = false;
  json["licenseConcluded"] = "NOASSERTION";
  json["licenseDeclared"] = component.licence;
  json["copyrightText"] = "NOASSERTION";
  json["description"] = component.description;
  Json reference;
  reference["referenceCategory"] = "PACKAGE-MANAGER";
  reference["referenceType"] = "purl";
  reference["referenceLocator"] = component.address;
  Json references(jsoncons::json_array_arg);
  references.push_back(reference);
  json["externalRefs"] = references;
  return json;
}

Json spdx(const InstalledRecord& record, const std::string& created) {
  Json document;
  document["spdxVersion"] = "SPDX-2.3";
  document["dataLicense"] = "CC0-1.0";
  document["SPDXID"] = "SPDXRef-DOCUMENT";
  document["name"] = "aza-build installation";
  document["documentNamespace"] = "https://aza-autoconf.invalid/spdx/" + sha256_hex(record_text(record));
  document["creationInfo"] = Json();
  document["creationInfo"]["created"] = created;
  document["creationInfo"]["creators"] = Json(jsoncons::json_array_arg, {Json("Tool: aza-build")});
  Json packages(jsoncons::json_array_arg);
  Json files(jsoncons::json_array_arg);
  Json relations(jsoncons::json_array_arg);
  Json licences(jsoncons::json_array_arg);
  size_t number = 0;
  for (const Component& component : components(record)) {
    packages.push_back(spdx_package(component));
    const std::string owner = spdx_id("Package", component.name);
    relations.push_back(relation("SPDXRef-DOCUMENT", "DESCRIBES", owner));
    for (const RecordedFile& file : *component.files) {
      const std::string id = fmt::format("SPDXRef-File-{}", ++number);
      files.push_back(spdx_file(file, id));
      relations.push_back(relation(owner, "CONTAINS", id));
    }
  }
  Json timescale;
  timescale["licenseId"] = "LicenseRef-Timescale";
  timescale["name"] = "Timescale License Agreement";
  timescale["extractedText"] = "See the file tsl/LICENSE-TIMESCALE in the source of TimescaleDB.";
  licences.push_back(timescale);
  document["packages"] = packages;
  document["files"] = files;
  document["relationships"] = relations;
  document["hasExtractedLicensingInfos"] = licences;
  return document;
}

Json cyclonedx_component(const Component& component) {
  Json json;
  json["type"] = "library";
  json["bom-ref"] = component.address + "#" + component.name;
  json["name"] = component.name;
  json["version"] = component.version;
  json["description"] = component.description;
  if (component.licence != "NOASSERTION") {
    Json licence;
    licence["expression"] = component.licence;
    json["licenses"] = Json(jsoncons::json_array_arg, {licence});
  }
  json["purl"] = component.address;
  Json files(jsoncons::json_array_arg);
  for (const RecordedFile& file : *component.files) {
    Json item;
    item["type"] = "file";
    item["name"] = "/" + file.path;
    item["hashes"] = hash_of("alg", "SHA-256", "content", file.sha256);
    files.push_back(item);
  }
  if (!files.empty()) json["components"] = files;
  return json;
}

Json cyclonedx(const InstalledRecord& record, const std::string& created) {
  Json document;
  document["bomFormat"] = "CycloneDX";
  document["specVersion"] = "1.6";
  document["version"] = 1;
  document["metadata"] = Json();
  document["metadata"]["timestamp"] = created;
  Json list(jsoncons::json_array_arg);
  for (const Component& component : components(record)) list.push_back(cyclonedx_component(component));
  document["components"] = list;
  return document;
}

}  // namespace

Verdict run_sbom(const FileStore& files, const Request& request, const Environment& environment) {
  const auto record = load_record(files, request.image == "/" ? "" : request.image);
  if (!record) return environment_error(record.because());
  const std::string created = timestamp(environment);
  return {kClean, json_text(request.format == "cyclonedx" ? cyclonedx(*record, created) : spdx(*record, created)), ""};
}

}  // namespace aza::build
