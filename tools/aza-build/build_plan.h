// How each entry gets into the image on a channel, and the content address of what comes out.
#pragma once

#include <string>
#include <vector>

#include "dependency_graph.h"
#include "file_store.h"
#include "manifest.h"
#include "toolchain.h"

namespace aza::build {

enum class Method { builtin, package, source };

struct PlannedEntry {
  size_t place = 0;  // in the manifest
  Method method = Method::builtin;
  std::string key;  // SHA-256 over everything that decides the result; what it stands on included
};

// A pin in the channel wins over the source, except for entries that the channel does not pin.
Method method_of(const Entry& entry, const std::string& channel);

// One per entry of the manifest, in its order. `target` is the target system's fingerprint. Unknown where a patch
// cannot be read.
Outcome<std::vector<PlannedEntry>> make_plan(const FileStore& files, const Manifest& manifest,
                                             const DependencyGraph& graph, const std::string& channel,
                                             const Toolchain& toolchain, const std::string& patches,
                                             const std::string& target);

}  // namespace aza::build
