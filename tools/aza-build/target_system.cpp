#include "target_system.h"

#include <fnmatch.h>

#include <sstream>

#include "digest.h"

namespace aza::build {

PathRules::PathRules(std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = line.find('=');
    const std::string key = line.substr(0, equals);
    if (key == "path-exclude" || key == "path-include")
      rules_.emplace_back(line.substr(equals + 1), key == "path-exclude");
  }
}

bool PathRules::excludes(const std::string& path) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (fnmatch(rule->first.c_str(), path.c_str(), 0) == 0) return rule->second;
  }
  return false;
}

Outcome<TargetSystem> read_target(const FileStore& files, const std::string& path_rules, const std::string& status) {
  TargetSystem target;
  Sha256 digest;
  if (!path_rules.empty()) {
    const auto text = files.read(path_rules);
    if (!text) return Outcome<TargetSystem>::unknown(text.because());
    target.paths = PathRules(*text);
    digest.add_field(*text);
  }
  if (!status.empty()) {
    const auto text = files.sha256(status);
    if (!text) return Outcome<TargetSystem>::unknown(text.because());
    target.status = status;
    digest.add_field(*text);
  }
  target.fingerprint = digest.hex();
  return target;
}

Trouble leave_out(FileStore& files, const PathRules& rules, const std::string& root) {
  const auto tree = files.tree(root);
  if (!tree) return tree.because();
  for (const TreeFile& file : *tree) {
    if (!rules.excludes("/" + file.path)) continue;
    if (Trouble trouble = files.remove(root + "/" + file.path); !trouble.empty()) return trouble;
  }
  return {};
}

}  // namespace aza::build
