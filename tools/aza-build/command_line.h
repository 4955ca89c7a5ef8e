// The command line: what may be typed, and the request it becomes.
#pragma once

#include <variant>

#include "verbs.h"

namespace aza::build {

// A verdict where there is nothing to run: help, or a usage error.
std::variant<Request, Verdict> parse_command_line(int argc, char** argv);

}  // namespace aza::build
