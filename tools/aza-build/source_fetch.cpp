#include "source_fetch.h"

#include <fmt/format.h>

#include <sstream>

#include "source_rules.h"

namespace aza::build {

namespace {

using Result = Outcome<FetchedSource>;

class Fetch {
public:
  Fetch(Workshop& shop, const Entry& entry)
      : shop_(shop),
        entry_(entry),
        source_(*entry.source),
        folder_(fmt::format("{}/git/{}-{:.12}", shop.source_cache, entry.name, entry.source->commit)) {}

  Result run() {
    if (!shop_.files.exists(folder_ + "/.git")) {
      if (!tag_is_true() || !clone()) return Result::unknown(error_);
    }
    if (!is_clean()) return Result::unknown(error_);
    const auto epoch = git({"log", "-1", "--format=%ct"}, "reading the commit's time");
    if (!epoch) return Result::unknown(epoch.because());
    return FetchedSource{folder_, line(*epoch)};
  }

private:
  static std::string line(const std::string& text) { return text.substr(0, text.find('\n')); }

  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  Outcome<std::string> git(std::vector<std::string> arguments, const std::string& purpose, std::string folder = {}) {
    Command command;
    command.argv = {"git", "-c", "advice.detachedHead=false", "-c", "core.autocrlf=false"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.folder = folder.empty() ? folder_ : std::move(folder);
    command.environment = shop_.fetch_environment;
    command.environment["GIT_TERMINAL_PROMPT"] = "0";
    return run_logged(shop_, entry_, std::move(command), purpose);
  }

  // Before the first fetch: upstream's tag must still name the pinned commit. An annotated tag names it at one remove.
  bool tag_is_true() {
    if (is_full_commit(source_.tag)) return true;
    const std::string ref = "refs/tags/" + source_.tag;
    const auto listed = git({"ls-remote", source_.repository, ref, ref + "^{}"}, "asking for the tag", shop_.work);
    if (!listed) return fail(listed.because());
    std::string named;
    std::istringstream lines(*listed);
    for (std::string hash, name; lines >> hash >> name;) {
      if (named.empty() || name.ends_with("^{}")) named = hash;
    }
    if (named.empty()) return fail(fmt::format("{} has no tag '{}' any more", source_.repository, source_.tag));
    if (named == source_.commit) return true;
    return fail(fmt::format("the tag '{}' of {} was moved: the manifest pins {}, upstream now has {}", source_.tag,
                            source_.repository, source_.commit, named));
  }

  // Into a folder of another name first, so that a broken fetch is not taken for a source later.
  bool clone() {
    const std::string final_folder = folder_;
    folder_ += ".new";
    Trouble trouble = shop_.files.remove(folder_);
    if (trouble.empty()) trouble = shop_.files.make_folders(folder_);
    if (!trouble.empty()) return fail(trouble);
    const bool fetched = checkout() && submodules() && is_clean();
    if (fetched) trouble = shop_.files.rename(folder_, final_folder);
    folder_ = final_folder;
    return fetched && (trouble.empty() || fail(trouble));
  }

  bool checkout() {
    const std::vector<std::vector<std::string>> steps = {
        {"init", "--quiet"},
        {"fetch", "--quiet", "--depth", "1", "--no-tags", source_.repository, source_.commit},
        {"checkout", "--quiet", "--detach", source_.commit},
    };
    for (const auto& step : steps) {
      const auto done = git(step, fmt::format("fetching {}", source_.commit));
      if (!done) return fail(done.because());
    }
    return true;
  }

  // The superproject's commit pins them; their addresses are held to the manifest's rule.
  bool submodules() {
    if (!shop_.files.exists(folder_ + "/.gitmodules")) return true;
    const auto urls = git({"config", "--file", ".gitmodules", "--get-regexp", "url$"}, "reading .gitmodules");
    if (!urls) return fail(urls.because());
    std::istringstream lines(*urls);
    for (std::string key, url; lines >> key >> url;) {
      const std::string wrong = address_error(url, shop_.manifest.repository_hosts);
      if (!wrong.empty()) return fail(fmt::format("submodule {}: {}", key, wrong));
    }
    const auto done =
        git({"submodule", "--quiet", "update", "--init", "--recursive", "--depth", "1"}, "fetching submodules");
    return done || fail(done.because());
  }

  bool is_clean() {
    const auto head = git({"rev-parse", "HEAD"}, "asking for HEAD");
    if (!head) return fail(head.because());
    if (line(*head) != source_.commit) {
      return fail(fmt::format("the source's HEAD is {}, the manifest pins {}", line(*head), source_.commit));
    }
    const auto changes = git({"status", "--porcelain", "--ignored", "--untracked-files=all"}, "looking for changes");
    if (!changes) return fail(changes.because());
    if (!changes->empty()) return fail(fmt::format("the source in {} was changed:\n{}", folder_, *changes));
    const auto modules = git({"submodule", "status", "--recursive"}, "looking at submodules");
    if (!modules) return fail(modules.because());
    std::istringstream lines(*modules);
    for (std::string each; std::getline(lines, each);) {
      if (!each.starts_with(' ')) return fail(fmt::format("a submodule is not at its pinned commit: {}", each));
    }
    return true;
  }

  Workshop& shop_;
  const Entry& entry_;
  const Source& source_;
  std::string folder_, error_;
};

}  // namespace

Result fetch_source(Workshop& shop, const Entry& entry) {
  return Fetch(shop, entry).run();
}

}  // namespace aza::build
