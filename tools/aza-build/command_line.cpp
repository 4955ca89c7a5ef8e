#include "command_line.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <sstream>

namespace aza::build {

namespace {

const CLI::IsMember kChannel({"pgdg", "debian"});

CLI::Option* channel_option(CLI::App* verb, Request& request) {
  return verb->add_option("--channel", request.channel, "where packages come from: pgdg or debian")->check(kChannel);
}

void preload_option(CLI::App* verb, Request& request) {
  verb->add_option(
      "--preload", request.preload,
      "the preload list that the server will have; default: POSTGRES_SHARED_PRELOAD_LIBRARIES, or the core list");
}

void manifest_verbs(CLI::App& app, Request& request) {
  CLI::App* check = app.add_subcommand("check", "look for everything that is wrong with the manifest");
  channel_option(check, request);
  preload_option(check, request);

  CLI::App* list = app.add_subcommand("list", "show the entries, their state and what needs what");
  list->add_flag("--json", request.json, "for programs");
  list->add_option("--why", request.name, "why this entry is there, and what falls with it");

  CLI::App* disable = app.add_subcommand("disable", "mark an entry as built and tested, but not shipped");
  disable->add_option("NAME", request.name)->required();
  disable->add_option("--reason", request.reason, "why; kept in the manifest")
      ->required()
      ->check(CLI::Validator(
          [](std::string& text) { return text.empty() ? std::string("must say something") : std::string(); }, "TEXT"));
  preload_option(disable, request);

  CLI::App* enable = app.add_subcommand("enable", "let a disabled entry ship again");
  enable->add_option("NAME", request.name)->required();
  preload_option(enable, request);

  CLI::App* generate = app.add_subcommand("generate", "write the files that derive from the manifest");
  generate->add_flag("--check", request.compare, "compare only; status 1 and a diff where a file is stale");
  preload_option(generate, request);
}

void build_verb(CLI::App& app, Request& request) {
  CLI::App* build = app.add_subcommand("build", "fetch, build, test and install what the manifest names");
  channel_option(build, request)->required();
  preload_option(build, request);
  auto* into = build->add_option_group("into");
  into->add_option("--destdir", request.destdir, "an image's root: files keep their absolute paths below it");
  into->add_option("--prefix", request.prefix,
                   "a folder with lib/ and share/, for dynamic_library_path and extension_control_path");
  into->require_option(1);
  build->add_option("--jobs,-j", request.jobs, "how much at a time; a calling make's jobserver is joined")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  build->add_option("--only", request.only, "only these entries and what they need");
  build->add_flag("--keep-going", request.keep_going, "after a failure, go on with what does not need it");
  build->add_option("--source-cache", request.source_cache, "where sources and packages are kept; default: WORK/cache");
  build->add_option("--work", request.work, "where things are built and staged")->capture_default_str();
  build->add_option("--pg-config", request.pg_config, "of the target server")->capture_default_str();
  build->add_option("--path-rules", request.path_rules,
                    "a file with path-exclude and path-include lines as dpkg knows them: what is not to be installed");
  build->add_option("--target-status", request.target_status,
                    "dpkg's status file of the system that will hold the image; default: this system's");
}

void image_verbs(CLI::App& app, Request& request) {
  CLI::App* verify = app.add_subcommand("verify", "hold an image or prefix against its record");
  verify->add_option("DIR", request.image)->required();

  CLI::App* sbom = app.add_subcommand("sbom", "say what was installed, for programs");
  sbom->add_option("DIR", request.image)->required();
  sbom->add_option("--format", request.format)->check(CLI::IsMember({"spdx", "cyclonedx"}))->default_val("spdx");

  CLI::App* outdated = app.add_subcommand("outdated", "which pins are behind their upstream");
  outdated->add_option("--remote-cache", request.remote_cache,
                       "a folder of local mirrors, OWNER/NAME.git; no network then");
}

}  // namespace

std::variant<Request, Verdict> parse_command_line(int argc, char** argv) {
  Request request;
  CLI::App app("Checks the manifest of extensions, builds and tests what it names, and says what shipped.",
               "aza-build");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--manifest", request.manifest, "the manifest")->capture_default_str();
  manifest_verbs(app, request);
  build_verb(app, request);
  image_verbs(app, request);
  if (const char* preload = std::getenv("POSTGRES_SHARED_PRELOAD_LIBRARIES")) request.preload = preload;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = app.exit(error, out, err) == 0 ? kClean : kUsage;
    return Verdict{status, out.str(), err.str()};
  }
  request.verb = app.get_subcommands().front()->get_name();
  return request;
}

}  // namespace aza::build
