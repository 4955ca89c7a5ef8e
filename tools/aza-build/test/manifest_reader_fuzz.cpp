// Any bytes as a manifest: read, checked, rendered and edited without a crash; what an edit makes can be read again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "../loaded_manifest.h"
#include "../manifest_editor.h"
#include "manifest_example.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aza::build;
  static const std::string& schema = schema_text();
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ManifestText manifest = read_manifest("m.json", text, schema);
  const Findings findings = all_findings(manifest, {"debian", {}});
  render_all(findings, manifest);
  if (!manifest.findings.empty()) return 0;
  for (const Entry& entry : manifest.manifest.entries) {
    const auto edited = entry.enabled ? disabled_text(manifest, entry.name, "why") : enabled_text(manifest, entry.name);
    if (!edited) continue;
    if (!read_manifest("m.json", *edited, schema).findings.empty()) std::abort();
  }
  return 0;
}
