// From the manifest's text to values: JSON, JSON Schema, then the typed form of whatever is well-formed in it, so that
// one run reports the errors of every layer.
#pragma once

#include <string>
#include <string_view>

#include "findings.h"
#include "json_positions.h"
#include "manifest.h"

namespace aza::build {

struct ManifestText {
  std::string path;  // as the user named it: messages begin with it
  std::string text;
  JsonPositions positions;
  Manifest manifest;
  Findings findings;  // of syntax and schema
};

// Never throws: a schema that is no schema is a finding too.
ManifestText read_manifest(std::string path, std::string text, std::string_view schema);

// "path:line:col: /pointer: message" with the way out below it.
std::string render(const Finding& finding, const ManifestText& manifest);

}  // namespace aza::build
