// A unified diff of two short texts: what `generate --check` shows.
#pragma once

#include <string>
#include <string_view>

namespace aza::build {

std::string text_diff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace aza::build
