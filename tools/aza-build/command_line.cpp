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
  verb->add_option("--preload", request.preload,
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
  disable->add_option("--reason", request.reason, "why; kept in the manifest")->required()->check(CLI::Validator(
      [](std::string& text) { return text.empty() ? std::string("must say something") : std::string(); }, "TEXT"));
  preload_option(disable, request);

  CLI::App* enable = app.add_subcommand("enable", "let a disabled entry ship again");
  enable->add_option("NAME", request.name)->required();
  preload_option(enable, request);

  CLI::App* generate = app.add_subcommand("generate", "write the files that derive from the manifest");
  generate->add_flag("--check", request.compare, "compare only; status 1 and a diff where a file is stale");
  preload_option(generate, request);
}

}  // namespace

std::variant<Request, Verdict> parse_command_line(int argc, char** argv) {
  Request request;
  CLI::App app("Checks the manifest of extensions, builds and tests what it names, and says what shipped.", "aza-build");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--manifest", request.manifest, "the manifest")->capture_default_str();
  manifest_verbs(app, request);
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
