// `disable` and `enable`: a few bytes of the manifest are replaced, every other byte stays.
#pragma once

#include <string>

#include "core/outcome.h"
#include "manifest_reader.h"

namespace aza::build {

// The new text; unknown where there is no such entry or nothing to change.
Outcome<std::string> disabled_text(const ManifestText& manifest, const std::string& name, const std::string& reason);
Outcome<std::string> enabled_text(const ManifestText& manifest, const std::string& name);

}  // namespace aza::build
