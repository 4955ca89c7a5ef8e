// From a fetched source to a staging folder: copy, patch, build without the network, install.
#pragma once

#include "source_fetch.h"
#include "workshop.h"

namespace aza::build {

Trouble build_source(Workshop& shop, const Entry& entry, const FetchedSource& source, const std::string& stage);

}  // namespace aza::build
