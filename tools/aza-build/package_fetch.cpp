#include "package_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <sstream>

namespace aza::build {

namespace {

using Result = Outcome<std::vector<FetchedPackage>>;

class PackageFetch {
public:
  PackageFetch(Workshop& shop, const Entry& entry) : shop_(shop), entry_(entry), cache_(shop.source_cache + "/deb") {}

  Result run(const Package& pin) {
    if (Trouble trouble = shop_.files.make_folders(cache_); !trouble.empty()) return Result::unknown(trouble);
    std::vector<FetchedPackage> packages{{pin.package, pin.version, ""}};
    for (const std::string& more : pin.with) packages.push_back({more, pin.version, ""});
    std::vector<std::string> argv = {"apt-get",     "--simulate",        "install", "--no-install-recommends",
                                     "--reinstall", "--allow-downgrades"};
    if (!shop_.target.status.empty())
      argv.insert(argv.begin() + 1, {"-o", "Dir::State::status=" + shop_.target.status});
    for (const FetchedPackage& package : packages) argv.push_back(package.package + "=" + package.version);
    const auto simulated = apt(std::move(argv), "resolving " + pin.package);
    if (!simulated) return Result::unknown(simulated.because());
    append_needed(*simulated, packages);
    for (FetchedPackage& package : packages) {
      const Trouble trouble = download(package);
      if (!trouble.empty()) return Result::unknown(trouble);
    }
    return packages;
  }

private:
  Outcome<std::string> apt(std::vector<std::string> argv, const std::string& purpose) {
    Command command;
    command.argv = std::move(argv);
    // The cache need not be readable by apt's own user, and looking needs no lock.
    command.argv.insert(command.argv.begin() + 1, {"-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1"});
    command.folder = cache_;
    command.environment = shop_.fetch_environment;
    return run_logged(shop_, entry_, std::move(command), purpose);
  }

  // "Inst libgeos-c1t64 (3.14.1-1 Debian:... [amd64])": what apt would install on this system; an upgrade has the old
  // version in brackets before the parenthesis.
  static void append_needed(const std::string& simulated, std::vector<FetchedPackage>& packages) {
    std::istringstream lines(simulated);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("Inst ")) continue;
      const std::string name = line.substr(5, line.find(' ', 5) - 5);
      const size_t version = line.find('(') + 1;
      const bool own = std::any_of(packages.begin(), packages.end(),
                                   [&](const FetchedPackage& each) { return each.own && each.package == name; });
      if (!own) packages.push_back({name, line.substr(version, line.find(' ', version) - version), "", false});
    }
  }

  // The archive's signed index says what the file must be; a cached one is held against it as well.
  Trouble download(FetchedPackage& package) {
    const std::string pinned = package.package + "=" + package.version;
    const auto shown = apt({"apt-cache", "show", pinned}, "looking up " + pinned);
    if (!shown) return shown.because();
    const std::string sha256 = field(*shown, "SHA256");
    const std::string path = field(*shown, "Filename");
    package.file = fmt::format("{}/{:.16}-{}", cache_, sha256, path.substr(path.rfind('/') + 1));
    // Several entries may need one library: the second caller finds it there.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    if (shop_.files.exists(package.file)) return verify(package, sha256);
    const std::string folder = fmt::format("{}/{}.new", cache_, package.package);
    Trouble trouble = shop_.files.remove(folder);
    if (trouble.empty()) trouble = shop_.files.make_folders(folder);
    if (!trouble.empty()) return trouble;
    Command command;
    command.argv = {"apt-get", "-o", "APT::Sandbox::User=root", "-q", "download", pinned};
    command.folder = folder;
    command.environment = shop_.fetch_environment;
    const auto done = run_logged(shop_, entry_, std::move(command), "downloading " + pinned);
    if (!done) return done.because();
    const auto tree = shop_.files.tree(folder);
    if (!tree || tree->size() != 1) return fmt::format("apt-get download {} left no single file", pinned);
    trouble = shop_.files.rename(folder + "/" + tree->front().path, package.file);
    if (trouble.empty()) trouble = shop_.files.remove(folder);
    return trouble.empty() ? verify(package, sha256) : trouble;
  }

  Trouble verify(const FetchedPackage& package, const std::string& sha256) {
    const auto found = shop_.files.sha256(package.file);
    if (!found) return found.because();
    if (*found == sha256) return {};
    return fmt::format("{} has the SHA-256 {}, the archive says {}", package.file, *found, sha256);
  }

  static std::string field(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
    }
    return {};
  }

  Workshop& shop_;
  const Entry& entry_;
  std::string cache_;
};

}  // namespace

Result fetch_packages(Workshop& shop, const Entry& entry, const Package& pin) {
  return PackageFetch(shop, entry).run(pin);
}

Trouble unpack_package(Workshop& shop, const Entry& entry, const FetchedPackage& package, const std::string& root) {
  if (Trouble trouble = shop.files.make_folders(root); !trouble.empty()) return trouble;
  Command command;
  command.argv = {"dpkg-deb", "--extract", package.file, root};
  command.environment = scrubbed_environment(shop.toolchain);
  const auto done = run_logged(shop, entry, std::move(command), "unpacking " + package.package);
  return done ? Trouble() : done.because();
}

}  // namespace aza::build
