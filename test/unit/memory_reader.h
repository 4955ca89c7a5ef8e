// A machine in memory: for what no folder under version control can hold, such as unreadable files and huge ones.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/reader.h"

namespace aza::test {

class MemoryReader : public SystemReader {
public:
  std::map<std::string, std::string, std::less<>> files;
  std::map<std::string, std::string, std::less<>> unreadable;  // path -> why
  Outcome<int> affinity = 8;
  Outcome<int64_t> free = Outcome<int64_t>::unknown("Permission denied");

  Outcome<std::string> read(std::string_view path) const override {
    if (const auto refused = unreadable.find(path); refused != unreadable.end()) {
      return Outcome<std::string>::unknown(refused->second);
    }
    const auto file = files.find(path);
    if (file == files.end()) return Outcome<std::string>::unknown(std::string(kMissing));
    if (file->second.size() > kMaxFile) return Outcome<std::string>::unknown("larger than 1MB");
    return file->second;
  }

  Outcome<std::vector<std::string>> list(std::string_view folder) const override {
    const std::string prefix = std::string(folder) + "/";
    std::set<std::string> names;
    for (const auto& [path, text] : files) {
      if (path.starts_with(prefix)) names.insert(path.substr(prefix.size(), path.find('/', prefix.size())));
    }
    if (names.empty()) return Outcome<std::vector<std::string>>::unknown(std::string(kMissing));
    return std::vector<std::string>(names.begin(), names.end());
  }

  Outcome<int64_t> free_bytes(std::string_view) const override { return free; }
  Outcome<int> affinity_cpus() const override { return affinity; }
};

}  // namespace aza::test
