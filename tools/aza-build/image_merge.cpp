#include "image_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace aza::build {

namespace {

struct Placed {
  std::string from;  // staged file
  uint64_t size = 0;
};

using Targets = std::map<std::string, Placed>;  // path below DIR -> where it comes from

class ImageMerge {
public:
  ImageMerge(Workshop& shop, const ImageLayout& layout, const std::vector<StagedEntry>& entries,
             const std::string& channel)
      : shop_(shop), layout_(layout), entries_(entries) {
    record_.channel = channel;
  }

  MergeOutcome run() {
    if (const auto old = shop_.files.read(path(layout_.record))) previous_ = parse_record(*old);
    out_.trouble = describe();
    if (!out_.trouble.empty() || is_up_to_date()) return out_;
    out_.changed = true;
    const auto steps = {&ImageMerge::place_drafts, &ImageMerge::rename_drafts, &ImageMerge::remove_stale,
                        &ImageMerge::clean_up_disabled, &ImageMerge::write_record};
    for (const auto step : steps) {
      if (out_.trouble.empty()) out_.trouble = (this->*step)();
    }
    return out_;
  }

private:
  std::string path(const std::string& target) const { return layout_.folder + "/" + target; }

  RecordedFile moved(const RecordedFile& file) const {
    return {layout_.target(shop_.toolchain, file.path), file.sha256, file.size};
  }

  void add(std::vector<RecordedFile>& files, const std::string& from) {
    for (RecordedFile& file : files) {
      const std::string staged = from + "/" + file.path;
      file = moved(file);
      targets_[file.path] = {staged, file.size};
    }
  }

  Trouble describe() {
    record_.postgresql = shop_.toolchain.version;
    record_.compiler = shop_.toolchain.compiler;
    for (const StagedEntry& entry : entries_) {
      RecordedEntry recorded = *entry.record;
      add(recorded.files, entry.stage + "/root");
      for (RuntimePackage& package : recorded.runtime) add(package.files, entry.stage + "/runtime-" + package.package);
      record_.entries.push_back(std::move(recorded));
    }
    keep_others();
    std::sort(record_.entries.begin(), record_.entries.end(),
              [](const RecordedEntry& a, const RecordedEntry& b) { return a.name < b.name; });
    return guard();
  }

  // A run for a few entries says nothing of the others that an earlier one has put there.
  void keep_others() {
    if (!layout_.is_partial || !previous_) return;
    for (const RecordedEntry& entry : previous_->entries) {
      if (is_staged(entry.name)) continue;
      record_.entries.push_back(entry);
      for (const RecordedFile& file : entry.files) kept_.insert(file.path);
    }
  }

  bool is_staged(const std::string& name) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const StagedEntry& each) { return each.record->name == name; });
  }

  // The folders where extensions live, and what the server itself has there.
  Trouble guard() {
    for (const std::string& folder : {shop_.toolchain.pkglibdir, shop_.toolchain.sharedir + "/extension"}) {
      record_.guarded.push_back(layout_.target(shop_.toolchain, folder.substr(1)));
      if (layout_.is_prefix) continue;
      const auto files = record_files(shop_.files, folder);
      if (!files) return files.because();
      for (RecordedFile file : *files) {
        if (file.path.starts_with("bitcode/") || file.path.starts_with("pgxs/")) continue;
        file.path = folder.substr(1) + "/" + file.path;
        record_.baseline.push_back(std::move(file));
      }
    }
    return {};
  }

  bool is_up_to_date() {
    const auto old = shop_.files.read(path(layout_.record));
    if (!old || *old != record_text(record_)) return false;
    const std::set<std::string> gone = disabled_only();
    return std::all_of(targets_.begin(), targets_.end(), [&](const auto& target) {
      return gone.contains(target.first) != shop_.files.exists(path(target.first));
    });
  }

  // Everything is written beside its place first: when that fails (a full disk), nothing of the image has changed.
  Trouble place_drafts() {
    Trouble trouble;
    for (auto target = targets_.begin(); target != targets_.end() && trouble.empty(); ++target) {
      trouble = shop_.files.copy(target->second.from, path(target->first) + ".aza-new");
    }
    if (trouble.empty() && shop_.commands.interrupted()) trouble = "interrupted";
    if (trouble.empty()) return {};
    for (const auto& target : targets_) shop_.files.remove(path(target.first) + ".aza-new");
    return trouble;
  }

  Trouble rename_drafts() {
    for (const auto& target : targets_) {
      Trouble trouble = shop_.files.rename(path(target.first) + ".aza-new", path(target.first));
      if (!trouble.empty()) return trouble;
    }
    return {};
  }

  // What an earlier run put there and this one does not: an entry that has left, a file that is no more.
  Trouble remove_stale() {
    if (!previous_) return {};
    for (const RecordedEntry& entry : previous_->entries) {
      for (const RecordedFile& file : entry.files) {
        if (targets_.contains(file.path) || kept_.contains(file.path)) continue;
        if (Trouble trouble = take_out(file.path); !trouble.empty()) return trouble;
      }
    }
    return {};
  }

  // The file, and the folders that are empty without it.
  Trouble take_out(const std::string& target) {
    Trouble trouble = shop_.files.remove(path(target));
    for (size_t end = target.rfind('/'); end != std::string::npos && trouble.empty();
         end = target.rfind('/', end - 1)) {
      if (!shop_.files.remove_empty_folder(path(target.substr(0, end)))) break;
    }
    return trouble;
  }

  // Paths of disabled entries that no enabled entry has as well: a library package may serve both.
  std::set<std::string> disabled_only() const {
    std::set<std::string> disabled;
    std::set<std::string> enabled;
    for (const RecordedEntry& entry : record_.entries) {
      std::set<std::string>& paths = entry.enabled ? enabled : disabled;
      for (const RecordedFile& file : entry.files) paths.insert(file.path);
      for (const RuntimePackage& package : entry.runtime) {
        for (const RecordedFile& file : package.files) paths.insert(file.path);
      }
    }
    for (const std::string& each : enabled) disabled.erase(each);
    return disabled;
  }

  Trouble clean_up_disabled() {
    const auto count =
        std::count_if(record_.entries.begin(), record_.entries.end(),
                      [this](const RecordedEntry& entry) { return !entry.enabled && is_staged(entry.name); });
    if (count == 0) return {};
    out_.lines.push_back(fmt::format("[ext-build] Removing {} disabled extension(s) from image", count));
    std::set<std::string> paths = disabled_only();
    for (const RecordedEntry& entry : record_.entries) {
      if (!entry.enabled && is_staged(entry.name)) clean_up(entry, paths);
    }
    out_.lines.emplace_back("[ext-build] Disabled extensions built and tested, then removed from image");
    for (const std::string& left : paths) take_out(left);  // library packages that only they needed
    return {};
  }

  void clean_up(const RecordedEntry& entry, std::set<std::string>& paths) {
    out_.lines.push_back(fmt::format("[ext-build]   Cleaning up: {}", entry.name));
    if (entry.how == "builtin") out_.lines.emplace_back("[ext-build]     stays: it came with the server's own package");
    for (const RecordedFile& file : entry.files) {
      if (!paths.contains(file.path)) continue;
      if (!shop_.files.exists(path(file.path))) {
        out_.findings.push_back(
            {"", fmt::format("Smoke test failed: {} of the disabled {} is missing", file.path, entry.name), "", ""});
      } else if (Trouble trouble = take_out(file.path); !trouble.empty()) {
        out_.trouble = trouble;
      } else {
        out_.lines.push_back(fmt::format("[ext-build]     ✓ Removed {}", file.path.substr(file.path.rfind('/') + 1)));
      }
      paths.erase(file.path);
    }
  }

  Trouble write_record() { return shop_.files.write(path(layout_.record), record_text(record_)); }

  Workshop& shop_;
  const ImageLayout& layout_;
  const std::vector<StagedEntry>& entries_;
  InstalledRecord record_;
  Outcome<InstalledRecord> previous_ = Outcome<InstalledRecord>::unknown("");
  Targets targets_;
  std::set<std::string> kept_;  // of entries that this run leaves alone
  MergeOutcome out_;
};

}  // namespace

std::string ImageLayout::target(const Toolchain& toolchain, const std::string& staged) const {
  if (!is_prefix) return staged;
  const std::pair<std::string, std::string> moves[] = {
      {toolchain.pkglibdir, "lib"}, {toolchain.sharedir, "share"}, {toolchain.bindir, "bin"}, {"/usr", ""}};
  for (const auto& [from, to] : moves) {
    const std::string below = from.substr(1);
    if (staged == below) return to;
    if (staged.starts_with(below + "/"))
      return to.empty() ? staged.substr(below.size() + 1) : to + staged.substr(below.size());
  }
  return staged;
}

Findings path_conflicts(const std::vector<StagedEntry>& entries) {
  std::map<std::string, std::string> owners;
  Findings findings;
  for (const StagedEntry& entry : entries) {
    for (const RecordedFile& file : entry.record->files) {
      const auto [owner, is_new] = owners.emplace(file.path, entry.record->name);
      if (is_new) continue;
      findings.push_back({"", fmt::format("{} and {} both install /{}", owner->second, entry.record->name, file.path),
                          "change the build of one of them, or drop it from the manifest", ""});
    }
  }
  return findings;
}

MergeOutcome merge_image(Workshop& shop, const ImageLayout& layout, const std::vector<StagedEntry>& entries,
                         const std::string& channel) {
  return ImageMerge(shop, layout, entries, channel).run();
}

}  // namespace aza::build
