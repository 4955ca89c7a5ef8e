// What is known of the system that the image will be, where that is not the one that builds.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "file_store.h"

namespace aza::build {

// dpkg's path-exclude and path-include lines (dpkg(1)): of those that match a path, the last one decides. '*' matches
// '/' too.
class PathRules {
public:
  PathRules() = default;
  explicit PathRules(std::string_view text);     // other lines are dpkg's own business
  bool excludes(const std::string& path) const;  // absolute

private:
  std::vector<std::pair<std::string, bool>> rules_;  // pattern, whether it excludes
};

struct TargetSystem {
  PathRules paths;
  std::string status;       // absolute path of dpkg's status file; empty: this system's own
  std::string fingerprint;  // changes when either does
};

// Either file name may be empty.
Outcome<TargetSystem> read_target(const FileStore& files, const std::string& path_rules, const std::string& status);

// Takes what the rules exclude out of a staged tree.
Trouble leave_out(FileStore& files, const PathRules& rules, const std::string& root);

}  // namespace aza::build
