// The target server and the compiler: what builds are made for, asked once.
#pragma once

#include <map>
#include <string>

#include "command_runner.h"
#include "core/outcome.h"

namespace aza::build {

struct Toolchain {
  std::string pg_config;
  std::string version;  // as pg_config prints it
  std::string bindir, pkglibdir, sharedir;
  std::string compiler;  // first line of its --version
  std::string architecture;
  std::string user;               // the server refuses to run as root: who runs it then; empty: we do
  bool isolates_network = false;  // whether `unshare --net` is allowed here
};

Outcome<Toolchain> probe_toolchain(CommandRunner& commands, const std::string& pg_config, const std::string& major);

// What every build sees, whoever calls: no variable of the caller's gets through.
std::map<std::string, std::string> scrubbed_environment(const Toolchain& toolchain);

}  // namespace aza::build
