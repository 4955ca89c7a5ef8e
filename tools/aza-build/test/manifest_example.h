// Small manifests for tests.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "../manifest_reader.h"

namespace aza::build {

inline std::string file_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// Tests run from the repository's root.
inline const std::string& schema_text() {
  static const std::string text = file_text("manifest/extensions.schema.json");
  return text;
}

inline std::string with_entries(const std::string& entries) {
  return "{\n  \"postgresql\": \"18\",\n  \"repositoryHosts\": [\"github.com\"],\n"
         "  \"corePreload\": [\"pg_stat_statements\", \"auto_explain\", \"pg_cron\", \"pgaudit\"],\n"
         "  \"entries\": [\n" +
         entries + "\n  ]\n}\n";
}

// One entry on a line; `more` goes in before its end.
inline std::string source_entry(const std::string& name, const std::string& more = "") {
  return "    { \"name\": \"" + name +
         "\", \"kind\": \"extension\", \"install_via\": \"source\", \"description\": \"d\", \"source\": { "
         "\"repository\": "
         "\"https://github.com/o/r.git\", \"tag\": \"v1\", \"commit\": \"0123456789012345678901234567890123456789\" }, "
         "\"build\": { \"type\": \"pgxs\" }, \"runtime\": {}, \"category\": \"c\", \"licence\": \"MIT\"" +
         more + " }";
}

inline ManifestText example(const std::string& entries) {
  return read_manifest("m.json", with_entries(entries), schema_text());
}

inline ManifestText real_manifest() {
  const std::string path = "manifest/extensions.manifest.json";
  return read_manifest(path, file_text(path), schema_text());
}

// Entries that are only names and needs.
inline Manifest manifest_of(const std::vector<std::pair<std::string, std::vector<std::string>>>& entries) {
  Manifest manifest;
  for (const auto& [name, needs] : entries) {
    Entry entry;
    entry.name = name;
    entry.dependencies = needs;
    manifest.entries.push_back(entry);
  }
  return manifest;
}

}  // namespace aza::build
