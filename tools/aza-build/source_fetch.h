// Sources by git: exactly the pinned commit, into the cache, and never trusted without looking.
#pragma once

#include <string>

#include "workshop.h"

namespace aza::build {

struct FetchedSource {
  std::string folder;  // a clean working tree of the commit, submodules and all; read only by agreement
  std::string epoch;   // the commit's time, for SOURCE_DATE_EPOCH
};

Outcome<FetchedSource> fetch_source(Workshop& shop, const Entry& entry);

}  // namespace aza::build
