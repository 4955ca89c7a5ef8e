#include "loaded_manifest.h"

#include <algorithm>
#include <filesystem>

namespace aza::build {

Outcome<ManifestText> reread_manifest(const FileStore& files, const std::string& path, std::string text) {
  const std::string beside = (std::filesystem::path(path).parent_path() / "extensions.schema.json").string();
  auto schema = files.read(beside);
  if (!schema) return Outcome<ManifestText>::unknown(schema.because());
  return read_manifest(path, std::move(text), *schema);
}

Outcome<ManifestText> load_manifest(const FileStore& files, const std::string& path) {
  auto text = files.read(path);
  if (!text) return Outcome<ManifestText>::unknown(text.because());
  return reread_manifest(files, path, *text);
}

GateOptions gate_options(const Request& request) {
  GateOptions options;
  options.channel = request.channel;
  if (request.preload) options.preload = split_list(*request.preload);
  return options;
}

Findings all_findings(const ManifestText& manifest, const GateOptions& options) {
  Findings findings = manifest.findings;
  append(findings, check_gates(manifest.manifest, DependencyGraph(manifest.manifest), options));
  return findings;
}

// In the order of the text, so that a person can go through the file once.
std::string render_all(Findings findings, const ManifestText& manifest) {
  std::string text;
  const auto offset = [&](const Finding& finding) {
    const auto* node = manifest.positions.find_nearest(finding.pointer);
    return node ? node->begin : 0;
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return offset(a) < offset(b); });
  for (const Finding& finding : findings) text += render(finding, manifest);
  return text;
}

std::string repository_root(const std::string& manifest_path) {
  const auto folder = std::filesystem::path(manifest_path).parent_path().parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace aza::build
