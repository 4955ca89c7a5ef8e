#include "build_recipes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace aza::build {

namespace {

using Steps = std::vector<RecipeStep>;
using Words = std::vector<std::string>;

Words with(Words argv, const Words& more) {
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

Steps pgxs(const Recipe& recipe, const Toolchain& tools, const RecipeInput& in) {
  const Words common = with({"make", "USE_PGXS=1", "PG_CONFIG=" + tools.pg_config}, recipe.options);
  return {{common, in.source}, {with(common, {"install", "DESTDIR=" + in.stage}), in.source}};
}

Steps make(const Recipe& recipe, const Toolchain&, const RecipeInput& in) {
  Steps steps;
  if (in.has_perl_makefile) steps.push_back({{"perl", "Makefile.PL", "INSTALLDIRS=vendor"}, in.source});
  const Words common = with({"make"}, recipe.options);
  steps.push_back({common, in.source});
  steps.push_back({with(common, {"install", "DESTDIR=" + in.stage}), in.source});
  return steps;
}

Steps autotools(const Recipe& recipe, const Toolchain&, const RecipeInput& in) {
  Steps steps;
  if (!in.has_configure) steps.push_back({{"autoreconf", "--force", "--install"}, in.source});
  steps.push_back({with({"./configure", "--prefix=/usr"}, recipe.options), in.source});
  steps.push_back({{"make"}, in.source});
  steps.push_back({{"make", "install", "DESTDIR=" + in.stage}, in.source});
  return steps;
}

Steps cmake(const Recipe& recipe, const Toolchain& tools, const RecipeInput& in) {
  const Words configure = {"cmake",
                           "-S",
                           in.source,
                           "-B",
                           in.out,
                           "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                           "-DCMAKE_INSTALL_PREFIX=/usr",
                           "-DPG_CONFIG=" + tools.pg_config};
  return {{with(configure, recipe.options), in.source},
          {{"cmake", "--build", in.out}, in.source},
          {{"env", "DESTDIR=" + in.stage, "cmake", "--install", in.out}, in.source}};
}

Steps meson(const Recipe& recipe, const Toolchain&, const RecipeInput& in) {
  const Words setup = {
      "meson", "setup", in.out, in.source, "--prefix=/usr", "--buildtype=release", "--wrap-mode=nodownload"};
  return {{with(setup, recipe.options), in.source},
          {{"meson", "compile", "-C", in.out}, in.source},
          {{"env", "DESTDIR=" + in.stage, "meson", "install", "-C", in.out, "--no-rebuild"}, in.source}};
}

Steps cargo_pgrx(const Recipe& recipe, const Toolchain& tools, const RecipeInput& in) {
  Words package = {"cargo", "pgrx", "package", "--pg-config", tools.pg_config, "--out-dir", in.stage};
  if (!recipe.features.empty()) package.push_back(fmt::format("--features={}", fmt::join(recipe.features, ",")));
  return {{with(package, recipe.options), in.source}};
}

}  // namespace

std::vector<RecipeStep> fetch_steps(const Recipe& recipe, const Toolchain& toolchain, const RecipeInput& input) {
  if (recipe.type != "cargo-pgrx") return {};
  // Both write below CARGO_HOME and PGRX_HOME, which are this build's own.
  return {{{"cargo", "fetch", "--locked"}, input.source},
          {{"cargo", "pgrx", "init", "--pg18", toolchain.pg_config}, input.source}};
}

std::vector<RecipeStep> build_steps(const Recipe& recipe, const Toolchain& toolchain, const RecipeInput& input) {
  static const std::map<std::string, Steps (*)(const Recipe&, const Toolchain&, const RecipeInput&)> kRecipes = {
      {"pgxs", pgxs},   {"make", make},   {"autotools", autotools},
      {"cmake", cmake}, {"meson", meson}, {"cargo-pgrx", cargo_pgrx},
  };
  return kRecipes.at(recipe.type)(recipe, toolchain, input);
}

std::string prefix_map(const std::string& source, const std::string& name) {
  return fmt::format("-ffile-prefix-map={}=/usr/src/{}", source, name);
}

std::map<std::string, std::string> build_environment(const Recipe& recipe, const Toolchain& toolchain,
                                                     const std::string& map_flag, const std::string& home,
                                                     const std::string& epoch, const std::string& makeflags) {
  auto environment = scrubbed_environment(toolchain);
  environment["HOME"] = home;
  environment["SOURCE_DATE_EPOCH"] = epoch;
  environment["MAKEFLAGS"] = makeflags;
  if (recipe.type == "pgxs" || recipe.type == "make") {
    environment["COPT"] = map_flag;  // PostgreSQL's own way to add a flag to those of its Makefiles
  } else if (recipe.type == "cargo-pgrx") {
    environment["CARGO_NET_OFFLINE"] = "true";
    environment["CARGO_HOME"] = home + "/cargo";
    environment["PGRX_HOME"] = home + "/pgrx";
    environment["RUSTFLAGS"] = "--remap-path-prefix=" + map_flag.substr(map_flag.find('=') + 1);
  } else {
    environment["CFLAGS"] = environment["CXXFLAGS"] = "-O2 " + map_flag;
  }
  return environment;
}

}  // namespace aza::build
