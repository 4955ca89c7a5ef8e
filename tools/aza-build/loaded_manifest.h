// Opens the manifest that a request names, with the schema beside it.
#pragma once

#include "core/outcome.h"
#include "file_store.h"
#include "gates.h"
#include "manifest_reader.h"
#include "verbs.h"

namespace aza::build {

// Unknown where a file cannot be read; what is wrong inside them is in the findings.
Outcome<ManifestText> load_manifest(const FileStore& files, const std::string& path);
Outcome<ManifestText> reread_manifest(const FileStore& files, const std::string& path, std::string text);

GateOptions gate_options(const Request& request);
Findings all_findings(const ManifestText& manifest, const GateOptions& options);
std::string render_all(Findings findings, const ManifestText& manifest);

// The folder of the manifest's folder: generated files and patches are named from there.
std::string repository_root(const std::string& manifest_path);

inline Verdict environment_error(const std::string& what) {
  return {kEnvironment, "", "aza-build: " + what + "\n"};
}

}  // namespace aza::build
