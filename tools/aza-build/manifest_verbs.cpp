// check, disable, enable, generate.
#include <fmt/format.h>

#include "generated_files.h"
#include "loaded_manifest.h"
#include "manifest_editor.h"
#include "text_diff.h"
#include "verbs.h"

namespace aza::build {

namespace {

std::string count(size_t number, const char* one, const char* many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

Verdict refuse(const Findings& findings, const ManifestText& manifest) {
  return {kFindings, "", render_all(findings, manifest)};
}

}  // namespace

Verdict run_check(const FileStore& files, const Request& request) {
  const auto manifest = load_manifest(files, request.manifest);
  if (!manifest) return environment_error(manifest.because());
  const Findings findings = all_findings(*manifest, gate_options(request));
  if (findings.empty()) {
    const std::string entries = count(manifest->manifest.entries.size(), "entry", "entries");
    return {kClean, fmt::format("{}: {}, no findings\n", request.manifest, entries), ""};
  }
  Verdict verdict = refuse(findings, *manifest);
  verdict.err += fmt::format("{}: {}\n", request.manifest, count(findings.size(), "finding", "findings"));
  return verdict;
}

Verdict run_edit(FileStore& files, const Request& request) {
  const auto manifest = load_manifest(files, request.manifest);
  if (!manifest) return environment_error(manifest.because());
  if (!manifest->findings.empty()) return refuse(manifest->findings, *manifest);
  const auto text = request.verb == "disable" ? disabled_text(*manifest, request.name, request.reason)
                                              : enabled_text(*manifest, request.name);
  if (!text) return {kFindings, "", fmt::format("aza-build: {}\n", text.because())};
  const auto edited = reread_manifest(files, request.manifest, *text);
  if (!edited) return environment_error(edited.because());
  const Findings findings = all_findings(*edited, gate_options(request));
  if (!findings.empty()) {
    Verdict verdict = refuse(findings, *edited);
    verdict.err += fmt::format("aza-build: {} was left as it was\n", request.manifest);
    return verdict;
  }
  if (Trouble trouble = files.write(request.manifest, *text); !trouble.empty()) return environment_error(trouble);
  return {kClean,
          fmt::format("{}: {} is {}d; now run `aza-build generate`\n", request.manifest, request.name, request.verb),
          ""};
}

Verdict run_generate(FileStore& files, const Request& request) {
  const auto manifest = load_manifest(files, request.manifest);
  if (!manifest) return environment_error(manifest.because());
  const Findings findings = all_findings(*manifest, gate_options(request));
  if (!findings.empty()) return refuse(findings, *manifest);

  const std::string root = repository_root(request.manifest) + "/";
  const auto page = files.read(root + kDocsPage);
  const auto generated =
      generated_files(manifest->manifest, DependencyGraph(manifest->manifest), page ? std::string_view(*page) : "");
  Verdict verdict;
  for (const auto& [path, text] : generated) {
    const auto old = files.read(root + path);
    if (old && *old == text) continue;
    if (request.compare) {
      verdict.status = kFindings;
      verdict.out += text_diff(path, old ? *old : "", text);
    } else if (Trouble trouble = files.write(root + path, text); !trouble.empty()) {
      return environment_error(trouble);
    } else {
      verdict.out += fmt::format("wrote {}\n", path);
    }
  }
  if (verdict.status != kClean) verdict.err = "aza-build: generated files are stale; run `aza-build generate`\n";
  if (verdict.out.empty()) verdict.out = fmt::format("{} generated files, all up to date\n", generated.size());
  return verdict;
}

}  // namespace aza::build
