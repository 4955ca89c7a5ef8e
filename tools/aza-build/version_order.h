// Which of a repository's tags is newer than the pinned one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aza::build {

// The pinned tag itself where none is newer. A tag of another shape ("v1.0rc1" or "docs-7" beside "v1.0") is no release
// of the same line and is passed over. A pinned commit has no order.
std::string newest_tag(const std::vector<std::string>& tags, const std::string& pinned);

}  // namespace aza::build
