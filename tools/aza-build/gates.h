// The gates that need nothing but the manifest: uniqueness, pins, sources, dependencies (gate 1), core preload rule.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dependency_graph.h"
#include "findings.h"
#include "manifest.h"

namespace aza::build {

struct GateOptions {
  std::string channel;                              // "pgdg" or "debian"; empty: pins are not asked for
  std::optional<std::vector<std::string>> preload;  // what POSTGRES_SHARED_PRELOAD_LIBRARIES says; none: the default
};

// All of them, in the manifest's order of entries.
Findings check_gates(const Manifest& manifest, const DependencyGraph& graph, const GateOptions& options);

// Gate 0: what is said of a disabled entry.
std::string disabled_line(const Entry& entry);

// The libraries that a server preloads unless told otherwise: the core ones in their order, then every other enabled
// entry that is preloaded by default. A disabled entry is not among them.
std::vector<std::string> default_preload(const Manifest& manifest);

std::vector<std::string> split_list(std::string_view text);  // at commas, trimmed, without empty elements

}  // namespace aza::build
