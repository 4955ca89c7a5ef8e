// The manifest against manifest/extensions.schema.json.
#pragma once

#include "json_library.h"

#include <string_view>

#include "findings.h"

namespace aza::build {

// Throws std::exception for a schema that is itself broken.
Findings validate(const jsoncons::ojson& manifest, std::string_view schema);

}  // namespace aza::build
