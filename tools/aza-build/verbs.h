// The commands of aza-build. Each takes a request and the two seams, and hands back what to print and the exit status;
// only main prints.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command_runner.h"
#include "file_store.h"

namespace aza::build {

enum ExitStatus { kClean = 0, kFindings = 1, kUsage = 2, kEnvironment = 3, kInterrupted = 130 };

struct Request {
  std::string verb;
  std::string manifest = "manifest/extensions.manifest.json";
  std::string channel;                 // check, build
  std::optional<std::string> preload;  // --preload, or POSTGRES_SHARED_PRELOAD_LIBRARIES
  std::string name;                    // disable, enable, list --why
  std::string reason;                  // disable
  bool json = false;                   // list
  bool compare = false;                // generate --check
  // build
  std::string prefix, destdir, source_cache;
  std::string work = "build/aza-build";
  std::string pg_config = "pg_config";
  std::string path_rules, target_status;
  std::vector<std::string> only;
  int jobs = 1;
  bool keep_going = false;
  // verify, sbom, outdated
  std::string image, format, remote_cache;
};

struct Verdict {
  int status = kClean;
  std::string out;
  std::string err;
};

using Environment = std::map<std::string, std::string>;

// Lines of a long run, as they come.
struct Screen {
  std::function<void(std::string_view)> print;
  bool is_terminal = false;
};

Verdict run_check(const FileStore& files, const Request& request);
Verdict run_list(const FileStore& files, const Request& request);
Verdict run_edit(FileStore& files, const Request& request);  // disable, enable
Verdict run_generate(FileStore& files, const Request& request);
// `environment` is the caller's: only proxies, git's configuration and MAKEFLAGS are taken from it.
Verdict run_build(FileStore& files, CommandRunner& commands, const Request& request, const Environment& environment,
                  const Screen& screen);
Verdict run_verify(const FileStore& files, const Request& request);
Verdict run_sbom(const FileStore& files, const Request& request, const Environment& environment);
Verdict run_outdated(const FileStore& files, CommandRunner& commands, const Request& request,
                     const Environment& environment);

}  // namespace aza::build
