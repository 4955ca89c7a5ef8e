// outdated: which pins are behind their upstream's newest tag.
#include <fmt/format.h>

#include <sstream>

#include "loaded_manifest.h"
#include "verbs.h"
#include "version_order.h"

namespace aza::build {

namespace {

// "https://github.com/OWNER/NAME.git" -> "DIR/OWNER/NAME.git"
std::string mirror_of(const std::string& repository, const std::string& mirrors) {
  const size_t host = repository.find("://") + 3;
  return mirrors + repository.substr(repository.find('/', host));
}

class Outdated {
public:
  Outdated(const FileStore& files, CommandRunner& commands, const Request& request, const Environment& caller)
      : files_(files), commands_(commands), mirrors_(request.remote_cache), environment_(caller) {}

  void look_at(const Entry& entry) {
    const Source& source = *entry.source;
    const std::string where = mirrors_.empty() ? source.repository : mirror_of(source.repository, mirrors_);
    if (!mirrors_.empty() && !files_.exists(where)) {
      unknown += fmt::format("{}: no mirror at {}\n", entry.name, where);
      return;
    }
    Command command;
    command.argv = {"git", "ls-remote", "--tags", "--refs", where};
    command.environment = environment_;
    command.environment["GIT_TERMINAL_PROMPT"] = "0";
    const CommandResult result = commands_.run(command);
    if (!result.ok()) {
      unknown += fmt::format("{}: {}", entry.name, result.text);
      return;
    }
    const std::string newest = newest_tag(tags(result.output), source.tag);
    if (newest != source.tag) behind += fmt::format("{:<20} {} -> {}\n", entry.name, source.tag, newest);
    ++looked_at;
  }

  std::string behind, unknown;
  size_t looked_at = 0;

private:
  static std::vector<std::string> tags(const std::string& listed) {
    constexpr std::string_view kTags = "refs/tags/";
    std::vector<std::string> names;
    std::istringstream lines(listed);
    for (std::string hash, name; lines >> hash >> name;) names.push_back(name.substr(kTags.size()));
    return names;
  }

  const FileStore& files_;
  CommandRunner& commands_;
  std::string mirrors_;
  Environment environment_;
};

}  // namespace

Verdict run_outdated(const FileStore& files, CommandRunner& commands, const Request& request,
                     const Environment& environment) {
  const auto manifest = load_manifest(files, request.manifest);
  if (!manifest) return environment_error(manifest.because());
  if (!manifest->findings.empty()) return {kFindings, "", render_all(manifest->findings, *manifest)};
  Outdated outdated(files, commands, request, environment);
  for (const Entry& entry : manifest->manifest.entries) {
    if (entry.source) outdated.look_at(entry);
  }
  std::string out = outdated.behind;
  if (out.empty()) out = fmt::format("{} pins looked at, none is behind\n", outdated.looked_at);
  const int status = !outdated.behind.empty() ? kFindings : outdated.looked_at == 0 ? kEnvironment : kClean;
  return {status, out, outdated.unknown};
}

}  // namespace aza::build
