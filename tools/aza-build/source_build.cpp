#include "source_build.h"

#include <fmt/format.h>

#include "build_recipes.h"

namespace aza::build {

namespace {

class SourceBuild {
public:
  SourceBuild(Workshop& shop, const Entry& entry, const FetchedSource& source, const std::string& stage)
      : shop_(shop), entry_(entry), source_(source), folder_(shop.work + "/build/" + entry.name), stage_(stage) {}

  Trouble run() {
    for (const auto step : {&SourceBuild::copy, &SourceBuild::patch, &SourceBuild::build}) {
      if (Trouble trouble = (this->*step)(); !trouble.empty()) return trouble;
    }
    return shop_.files.remove(folder_);
  }

private:
  std::string tree() const { return folder_ + "/source"; }

  // The fetched tree stays clean; the copy has no history, so that no build can depend on it.
  Trouble copy() {
    for (const std::string& stale : {folder_, stage_}) {
      if (Trouble trouble = shop_.files.remove(stale); !trouble.empty()) return trouble;
    }
    if (Trouble trouble = shop_.files.make_folders(folder_ + "/home"); !trouble.empty()) return trouble;
    const auto copied = run({"cp", "--archive", source_.folder, tree()}, shop_.work, "copying the source");
    return copied.empty() ? shop_.files.remove(tree() + "/.git") : copied;
  }

  // git looks for a repository above: the ceiling makes it take the files as they are.
  Trouble patch() {
    for (const std::string& name : entry_.build->patches) {
      const std::string path = fmt::format("{}/{}/{}", shop_.patches, entry_.name, name);
      Command command = scrubbed({"git", "apply", "--verbose", "--whitespace=nowarn", path}, tree());
      command.environment["GIT_CEILING_DIRECTORIES"] = folder_;
      command.log = shop_.log(entry_);
      const CommandResult result = shop_.commands.run(command);
      if (!result.ok()) return fmt::format("the patch {} does not apply:\n{}", name, last_lines(result.text, 10));
      if (result.text.find("(offset ") != std::string::npos) {
        return fmt::format("the patch {} applies only at other lines than it says; make it anew for {}:\n{}", name,
                           entry_.source->commit, last_lines(result.text, 10));
      }
    }
    return {};
  }

  Trouble build() {
    const Recipe& recipe = *entry_.build;
    RecipeInput input;
    input.source = recipe.subdir.empty() ? tree() : tree() + "/" + recipe.subdir;
    input.out = folder_ + "/out";
    input.stage = stage_;
    input.has_configure = shop_.files.exists(input.source + "/configure");
    input.has_perl_makefile = shop_.files.exists(input.source + "/Makefile.PL");
    if (!shop_.files.exists(input.source)) return fmt::format("the source has no folder '{}'", recipe.subdir);
    shop_.progress.line(
        fmt::format("[ext-build] Running {} build in {}/{}", recipe.type, shop_.work + "/build", entry_.name));
    const auto environment = build_environment(recipe, shop_.toolchain, prefix_map(folder_, entry_.name),
                                               folder_ + "/home", source_.epoch, shop_.tokens.makeflags());
    const Trouble trouble = run_steps(fetch_steps(recipe, shop_.toolchain, input), environment, false);
    return trouble.empty() ? run_steps(build_steps(recipe, shop_.toolchain, input), environment, true) : trouble;
  }

  Trouble run_steps(const std::vector<RecipeStep>& steps, const std::map<std::string, std::string>& environment,
                    bool isolated) {
    for (const RecipeStep& step : steps) {
      Command command;
      if (isolated && shop_.toolchain.isolates_network) command.argv = {"unshare", "--net"};
      command.argv.insert(command.argv.end(), step.argv.begin(), step.argv.end());
      command.folder = step.folder;
      command.environment = environment;
      if (!isolated) command.environment["CARGO_NET_OFFLINE"] = "false";
      const auto done = run_logged(shop_, entry_, std::move(command), "the build");
      if (!done) return done.because();
    }
    return {};
  }

  Command scrubbed(std::vector<std::string> argv, const std::string& folder) const {
    Command command;
    command.argv = std::move(argv);
    command.folder = folder;
    command.environment = scrubbed_environment(shop_.toolchain);
    return command;
  }

  Trouble run(std::vector<std::string> argv, const std::string& folder, const std::string& purpose) {
    const auto done = run_logged(shop_, entry_, scrubbed(std::move(argv), folder), purpose);
    return done ? Trouble() : done.because();
  }

  Workshop& shop_;
  const Entry& entry_;
  const FetchedSource& source_;
  std::string folder_, stage_;
};

}  // namespace

Trouble build_source(Workshop& shop, const Entry& entry, const FetchedSource& source, const std::string& stage) {
  return SourceBuild(shop, entry, source, stage).run();
}

}  // namespace aza::build
