// Gate 3: everything that derives from the manifest, as a pure function of it. `generate` writes these texts,
// `generate --check` compares them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "dependency_graph.h"
#include "manifest.h"

namespace aza::build {

inline constexpr const char* kDocsPage = "docs/manifest.md";  // holds the table between two marker lines

// Path from the repository's root -> text. `docs_page` is the page as it stands now; a page without markers is left
// out.
std::map<std::string, std::string> generated_files(const Manifest& manifest, const DependencyGraph& graph,
                                                   std::string_view docs_page);

// One text each, for callers that want a single file.
std::string init_sql(const Manifest& manifest, const DependencyGraph& graph);
std::string apt_pins(const Manifest& manifest, const std::string& channel);
std::string version_info_text(const Manifest& manifest);
std::string version_info_json(const Manifest& manifest);
std::string extensions_table(const Manifest& manifest);

}  // namespace aza::build
