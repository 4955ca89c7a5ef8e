#include "smoke_test.h"

#include <fmt/format.h>

#include <algorithm>

#include "scratch_server.h"

namespace aza::build {

namespace {

using Result = Outcome<std::string>;

class SmokeTest {
public:
  SmokeTest(Workshop& shop, const Entry& entry, const SmokeInput& input)
      : shop_(shop), entry_(entry), input_(input), server_(shop, entry, options()) {}

  Result run() {
    if (Trouble trouble = look_at_stage(); !trouble.empty()) return Result::unknown(trouble);
    if (entry_.kind == Kind::tool && libraries_.empty()) return run_programs();
    if (Trouble trouble = server_.start(); !trouble.empty()) return Result::unknown(trouble);
    Result version = has_control_file(entry_) ? create() : load();
    if (!version || entry_.kind != Kind::tool) return version;
    const Result programs = run_programs();
    return programs ? version : programs;
  }

private:
  ScratchOptions options() const {
    ScratchOptions options;
    options.stages = input_.stages;
    for (const Entry* need : input_.needs) add(options, *need);
    add(options, entry_);
    return options;
  }

  static void add(ScratchOptions& options, const Entry& entry) {
    if (entry.runtime.shared_preload) options.preload.push_back(entry.runtime.preload_library);
    options.settings.insert(options.settings.end(), entry.smoke.settings.begin(), entry.smoke.settings.end());
    options.scripts.insert(options.scripts.end(), entry.smoke.scripts.begin(), entry.smoke.scripts.end());
  }

  // A tool is its programs and the server libraries that it installs.
  Trouble look_at_stage() {
    if (input_.own_stage.empty()) return {};
    const auto tree = shop_.files.tree(input_.own_stage);
    if (!tree) return tree.because();
    if (tree->empty()) return "it installs nothing";
    for (const TreeFile& file : *tree) {
      const std::string path = "/" + file.path;
      const std::string folder = path.substr(0, path.rfind('/'));
      if (folder == shop_.toolchain.pkglibdir && path.ends_with(".so")) {
        libraries_.push_back(path.substr(folder.size() + 1, path.size() - folder.size() - 4));
      } else if ((folder == "/usr/bin" || folder == shop_.toolchain.bindir) && (file.mode & 0111U) != 0) {
        programs_.push_back(input_.own_stage + path);
      }
    }
    const bool nothing = entry_.kind == Kind::tool && libraries_.empty() && programs_.empty();
    return nothing ? "it installs neither a library nor a program" : Trouble();
  }

  Result create() {
    std::string statements;
    for (const Entry* need : input_.needs) {
      if (has_control_file(*need)) statements += fmt::format("CREATE EXTENSION IF NOT EXISTS \"{}\"; ", need->name);
    }
    statements += fmt::format("CREATE EXTENSION IF NOT EXISTS \"{}\"", entry_.name);
    Result created = server_.sql(statements);
    if (!created) return created;
    Result version = server_.sql(fmt::format("SELECT extversion FROM pg_extension WHERE extname = '{}'", entry_.name));
    if (version && version->empty()) return Result::unknown("CREATE EXTENSION made nothing");
    return version;
  }

  // A preloaded library has been loaded by the time the server is ready; any other one is loaded now.
  Result load() {
    if (entry_.runtime.shared_preload) {
      const Result preloaded = server_.sql("SHOW shared_preload_libraries");
      return preloaded ? Result(std::string()) : preloaded;
    }
    for (const std::string& library : libraries_) {
      const Result loaded = server_.sql(fmt::format("LOAD '{}'", library));
      if (!loaded) return loaded;
    }
    return std::string();
  }

  Result run_programs() {
    if (libraries_.empty()) {
      if (Trouble trouble = server_.link_tree(); !trouble.empty()) return Result::unknown(trouble);
    }
    for (const std::string& program : programs_) {
      Command command;
      command.argv = {program, "--version"};
      command.environment = scrubbed_environment(shop_.toolchain);
      if (!server_.library_path().empty()) command.environment["LD_LIBRARY_PATH"] = server_.library_path();
      const Result done = run_logged(shop_, entry_, std::move(command), "the smoke test");
      if (!done) return done;
    }
    return std::string();
  }

  Workshop& shop_;
  const Entry& entry_;
  const SmokeInput& input_;
  ScratchServer server_;
  std::vector<std::string> libraries_, programs_;
};

}  // namespace

Result smoke_test(Workshop& shop, const Entry& entry, const SmokeInput& input) {
  return SmokeTest(shop, entry, input).run();
}

}  // namespace aza::build
