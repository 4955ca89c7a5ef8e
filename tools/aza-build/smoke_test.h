// Whether what was staged works: CREATE EXTENSION with what it needs, LOAD or a start with the library preloaded, and
// --version for command-line tools.
#pragma once

#include <string>
#include <vector>

#include "workshop.h"

namespace aza::build {

struct SmokeInput {
  std::vector<const Entry*> needs;  // everything that the entry stands on, in dependency order
  std::vector<std::string> stages;  // of the needs, then its own
  std::string own_stage;            // empty for a builtin
};

// The version that the server gives the extension; empty for tools and preload-only modules.
Outcome<std::string> smoke_test(Workshop& shop, const Entry& entry, const SmokeInput& input);

}  // namespace aza::build
