// verify: an image or prefix against its record: missing, changed and foreign files, disabled entries that ship.
#include <fmt/format.h>

#include <map>
#include <set>

#include "digest.h"
#include "installed_record.h"
#include "loaded_manifest.h"
#include "verbs.h"

namespace aza::build {

namespace {

class Verification {
public:
  Verification(const FileStore& files, const std::string& image, const InstalledRecord& record)
      : files_(files), image_(image), record_(record) {}

  std::string run() {
    for (const RecordedEntry& entry : record_.entries) {
      if (entry.enabled) ships(entry);
    }
    for (const RecordedEntry& entry : record_.entries) {
      if (!entry.enabled) ships_not(entry);
    }
    for (const std::string& folder : record_.guarded) foreign(folder);
    return std::move(findings_);
  }

private:
  void report(std::string_view what, const std::string& path, const std::string& why) {
    findings_ += fmt::format("{}/{}: {}: {}\n", image_, path, what, why);
  }

  void ships(const RecordedEntry& entry) {
    for (const RecordedFile& file : entry.files) hold(file, entry.name);
    for (const RuntimePackage& package : entry.runtime) {
      for (const RecordedFile& file : package.files) hold(file, package.package);
    }
  }

  void hold(const RecordedFile& file, const std::string& owner) {
    if (!known_.insert(file.path).second) return;
    const std::string path = image_ + "/" + file.path;
    if (!files_.exists(path)) return report("missing", file.path, "a file of " + owner);
    const std::string found = hash(file.path);
    if (found != file.sha256)
      report("changed", file.path, fmt::format("{} installed {:.16}..., it is {:.16}...", owner, file.sha256, found));
  }

  // A link is recorded by its target's name.
  std::string hash(const std::string& path) const {
    const auto& links = links_in(path.substr(0, path.rfind('/')));
    const auto link = links.find(path);
    if (link != links.end()) return sha256_hex(link->second);
    const auto found = files_.sha256(image_ + "/" + path);
    return found ? *found : "unreadable";
  }

  const std::map<std::string, std::string>& links_in(const std::string& folder) const {
    auto [known, is_new] = links_.try_emplace(folder);
    if (!is_new) return known->second;
    const auto tree = files_.tree(image_ + "/" + folder);
    for (const TreeFile& file : tree ? *tree : std::vector<TreeFile>()) {
      if (!file.link.empty()) known->second[folder + "/" + file.path] = file.link;
    }
    return known->second;
  }

  void ships_not(const RecordedEntry& entry) {
    for (const RecordedFile& file : entry.files) {
      if (known_.contains(file.path) || !files_.exists(image_ + "/" + file.path)) continue;
      known_.insert(file.path);
      report("disabled", file.path, fmt::format("{} is disabled and must not ship", entry.name));
    }
  }

  // In the folders where extensions live, every file is an entry's or the server's own.
  void foreign(const std::string& folder) {
    std::map<std::string, std::string> baseline;
    for (const RecordedFile& file : record_.baseline) baseline[file.path] = file.sha256;
    const auto tree = files_.tree(image_ + "/" + folder);
    for (const TreeFile& file : tree ? *tree : std::vector<TreeFile>()) {
      const std::string path = folder + "/" + file.path;
      const bool of_the_server = file.path.starts_with("pgxs/") || file.path.starts_with("bitcode/postgres");
      if (known_.contains(path) || of_the_server) continue;
      const auto own = baseline.find(path);
      if (own == baseline.end()) {
        if (!file.path.starts_with("bitcode/")) report("foreign", path, "no entry installed it");
      } else if (hash(path) != own->second) {
        report("changed", path, "it came with the server, and is another one now");
      }
    }
  }

  const FileStore& files_;
  std::string image_;
  const InstalledRecord& record_;
  std::set<std::string> known_;
  mutable std::map<std::string, std::map<std::string, std::string>> links_;
  std::string findings_;
};

}  // namespace

Verdict run_verify(const FileStore& files, const Request& request) {
  const std::string image = request.image == "/" ? "" : request.image;
  const auto record = load_record(files, image);
  if (!record) return environment_error(record.because());
  std::string findings = Verification(files, image, *record).run();
  if (!findings.empty()) return {kFindings, "", findings};
  size_t entries = 0;
  size_t count = 0;
  for (const RecordedEntry& entry : record->entries) {
    entries += entry.enabled;
    count += entry.enabled ? entry.files.size() : 0;
  }
  return {kClean, fmt::format("{}: {} entries, {} files, all as recorded\n", request.image, entries, count), ""};
}

}  // namespace aza::build
