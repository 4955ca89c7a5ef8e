// Debian packages by apt: exactly the pinned version, and the libraries that it needs beyond the system's.
#pragma once

#include <string>
#include <vector>

#include "workshop.h"

namespace aza::build {

struct FetchedPackage {
  std::string package, version;
  std::string file;  // the .deb
  bool own = true;   // the entry's; otherwise a library that it needs
};

// The entry's own packages first.
Outcome<std::vector<FetchedPackage>> fetch_packages(Workshop& shop, const Entry& entry, const Package& pin);

Trouble unpack_package(Workshop& shop, const Entry& entry, const FetchedPackage& package, const std::string& root);

}  // namespace aza::build
