#include "toolchain.h"

#include <fmt/format.h>

namespace aza::build {

namespace {

constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

class Probe {
public:
  explicit Probe(CommandRunner& commands) : commands_(commands) {}

  std::string ask(std::vector<std::string> argv) {
    Command command;
    command.argv = std::move(argv);
    command.environment = {{"PATH", kPath}, {"LC_ALL", "C.UTF-8"}};
    const CommandResult result = commands_.run(command);
    status = result.status;
    return first_line(result.output);
  }

  int status = 0;

private:
  CommandRunner& commands_;
};

}  // namespace

Outcome<Toolchain> probe_toolchain(CommandRunner& commands, const std::string& pg_config, const std::string& major) {
  Probe probe(commands);
  Toolchain found;
  found.pg_config = pg_config;
  found.version = probe.ask({pg_config, "--version"});
  if (!found.version.starts_with(fmt::format("PostgreSQL {}", major))) {
    return Outcome<Toolchain>::unknown(
        fmt::format("{} is '{}', but the manifest is for PostgreSQL {}; name another one with --pg-config", pg_config,
                    found.version, major));
  }
  found.bindir = probe.ask({pg_config, "--bindir"});
  found.pkglibdir = probe.ask({pg_config, "--pkglibdir"});
  found.sharedir = probe.ask({pg_config, "--sharedir"});
  found.compiler = probe.ask({"cc", "--version"});
  found.architecture = probe.ask({"uname", "-m"});
  if (probe.ask({"id", "-u"}) == "0") found.user = "postgres";
  probe.ask({"unshare", "--net", "true"});
  found.isolates_network = probe.status == 0;
  return found;
}

std::map<std::string, std::string> scrubbed_environment(const Toolchain& toolchain) {
  return {{"PATH", toolchain.bindir + ":" + kPath},
          {"LANG", "C.UTF-8"},
          {"LC_ALL", "C.UTF-8"},
          {"TZ", "UTC"},
          {"PG_CONFIG", toolchain.pg_config}};
}

}  // namespace aza::build
