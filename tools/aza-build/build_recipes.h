// What each build system is told: a source folder, a staging folder, and the commands from one to the other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "manifest.h"
#include "toolchain.h"

namespace aza::build {

struct RecipeStep {
  std::vector<std::string> argv;
  std::string folder;
};

struct RecipeInput {
  std::string source;              // the folder to build in: the copy of the source, with the subdir
  std::string out;                 // a folder of its own for build systems that build elsewhere
  std::string stage;               // becomes / of the installed tree
  bool has_configure = false;      // for autotools: `configure` is there
  bool has_perl_makefile = false;  // for make: Makefile.PL is there
};

// Needs the network, and pins what it brings (Cargo.lock): run before the network is taken away.
std::vector<RecipeStep> fetch_steps(const Recipe& recipe, const Toolchain& toolchain, const RecipeInput& input);
std::vector<RecipeStep> build_steps(const Recipe& recipe, const Toolchain& toolchain, const RecipeInput& input);

// Compiler flags that keep build folders out of the result.
std::string prefix_map(const std::string& source, const std::string& name);
std::map<std::string, std::string> build_environment(const Recipe& recipe, const Toolchain& toolchain,
                                                     const std::string& map_flag, const std::string& home,
                                                     const std::string& epoch, const std::string& makeflags);

}  // namespace aza::build
