// The two seams in memory: files in a map, and commands that a test scripts and counts.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "../command_runner.h"
#include "../digest.h"
#include "../file_store.h"

namespace aza::build {

class MemoryFiles : public FileStore {
public:
  std::map<std::string, std::string> texts;
  std::string full_disk_at;  // writing this path fails

  Outcome<std::string> read(const std::string& path) const override {
    const auto found = texts.find(path);
    if (found == texts.end()) return Outcome<std::string>::unknown(path + ": No such file or directory");
    return found->second;
  }

  bool exists(const std::string& path) const override {
    const auto next = texts.lower_bound(path);
    return next != texts.end() && (next->first == path || next->first.starts_with(path + "/"));
  }

  Outcome<std::vector<TreeFile>> tree(const std::string& root) const override {
    std::vector<TreeFile> files;
    for (const auto& [path, text] : texts) {
      if (path.starts_with(root + "/")) files.push_back({path.substr(root.size() + 1), 0755, text.size(), ""});
    }
    return files;
  }

  Outcome<std::string> sha256(const std::string& path) const override {
    const auto text = read(path);
    return text ? Outcome<std::string>(sha256_hex(*text)) : text;
  }

  Trouble write(const std::string& path, std::string_view text) override {
    if (path == full_disk_at) return path + ": No space left on device";
    texts[path] = text;
    return {};
  }

  Trouble make_folders(const std::string&) override { return {}; }
  Trouble make_link(const std::string& target, const std::string& path) override { return write(path, target); }

  Trouble copy(const std::string& from, const std::string& to) override {
    const auto text = read(from);
    return text ? write(to, *text) : text.because();
  }

  Trouble rename(const std::string& from, const std::string& to) override {
    if (!exists(from)) return from + ": No such file or directory";
    std::map<std::string, std::string> moved;
    for (const auto& [path, text] : texts) {
      const bool below = path == from || path.starts_with(from + "/");
      moved[below ? to + path.substr(from.size()) : path] = text;
    }
    texts = std::move(moved);
    return {};
  }

  bool remove_empty_folder(const std::string&) override { return false; }

  Trouble remove(const std::string& path) override {
    std::erase_if(texts, [&](const auto& each) { return each.first == path || each.first.starts_with(path + "/"); });
    return {};
  }
};

class ScriptedCommands : public CommandRunner {
public:
  std::function<CommandResult(const Command&)> script = [](const Command&) { return CommandResult(); };
  bool is_interrupted = false;

  CommandResult run(const Command& command) override {
    const std::lock_guard lock(mutex_);
    seen.push_back(command);
    return script(command);
  }

  std::unique_ptr<RunningCommand> start(const Command&) override { return nullptr; }
  bool interrupted() const override { return is_interrupted; }

  std::vector<Command> seen;

private:
  std::mutex mutex_;
};

}  // namespace aza::build
