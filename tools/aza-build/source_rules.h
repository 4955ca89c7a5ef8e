// Where sources may come from: https only, hosts on the manifest's list only, nothing that moves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings.h"
#include "manifest.h"

namespace aza::build {

Findings check_source(const Manifest& manifest, size_t entry);

// What is wrong with a repository's address; empty where nothing is. Submodules are held to the same rule.
std::string address_error(std::string_view address, const std::vector<std::string>& hosts);

bool is_full_commit(std::string_view text);

}  // namespace aza::build
