// What every step of a build needs: the two seams, the toolchain, the folders, and where to say what goes on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "command_runner.h"
#include "file_store.h"
#include "job_server.h"
#include "manifest.h"
#include "progress_view.h"
#include "target_system.h"
#include "toolchain.h"

namespace aza::build {

struct Workshop {
  FileStore& files;
  CommandRunner& commands;
  JobTokens& tokens;
  ProgressView& progress;
  const Manifest& manifest;
  Toolchain toolchain;
  std::string work;          // absolute: stage/, build/ and log/ below it
  std::string source_cache;  // absolute: git/ and deb/ below it
  std::string patches;       // the folder manifest/patches
  std::string smoke;         // short and readable by the server's user: sockets have 107 bytes
  std::map<std::string, std::string> fetch_environment;  // proxies and git's own configuration, for fetching only
  TargetSystem target = {};

  std::string log(const Entry& entry) const { return work + "/log/" + entry.name + ".log"; }
};

// Runs a command with the entry's log; an error names the command and shows its last lines.
Outcome<std::string> run_logged(Workshop& shop, const Entry& entry, Command command, const std::string& purpose);

std::string last_lines(const std::string& text, size_t count);
std::string command_text(const std::vector<std::string>& argv);

}  // namespace aza::build
