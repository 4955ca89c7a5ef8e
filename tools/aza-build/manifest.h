// The manifest as plain values: what the image holds, and everything known about each entry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aza::build {

enum class Kind { builtin, extension, tool };
enum class InstallVia { builtin, pgdg, source };

struct Source {
  std::string repository;  // https, on one of the manifest's repositoryHosts
  std::string tag;         // for people; the commit decides
  std::string commit;      // 40 hexadecimal digits
};

struct Recipe {
  std::string type;                   // pgxs, cargo-pgrx, cmake, meson, autotools or make
  std::string subdir;                 // where in the source the build starts; empty: at its top
  std::vector<std::string> features;  // cargo features
  std::vector<std::string> options;   // more arguments for make, cmake, meson or configure
  std::vector<std::string> patches;   // file names in manifest/patches/NAME/, applied in this order
};

struct Package {
  std::string package;
  std::string version;            // exact
  std::vector<std::string> with;  // more packages of the same version that make it whole
  // Links that its maintainer script makes by update-alternatives: absolute path -> target. Packages are unpacked here,
  // their scripts do not run.
  std::vector<std::pair<std::string, std::string>> links;
};

struct Runtime {
  bool shared_preload = false;
  std::string preload_library;  // not always the entry's name
  bool default_enable = false;
  bool preload_only = false;  // a module without a control file: preloaded, never created
};

struct Smoke {
  std::vector<std::pair<std::string, std::string>> settings;  // for the scratch server; {scripts} is their folder
  std::vector<std::pair<std::string, std::string>> scripts;   // name -> text: programs that the server calls
};

struct Entry {
  std::string name;
  Kind kind = Kind::extension;
  InstallVia install_via = InstallVia::source;
  std::string description;
  std::optional<Source> source;
  std::optional<Recipe> build;
  std::map<std::string, Package> packages;  // by channel
  std::vector<std::string> dependencies;
  bool enabled = true;
  std::string disabled_reason;
  Runtime runtime;
  Smoke smoke;
  std::string category;
  std::string licence;
};

struct Manifest {
  std::string postgresql;  // major version
  std::vector<std::string> repository_hosts;
  std::vector<std::string> core_preload;  // preload libraries that every server has, in load order
  std::vector<Entry> entries;
};

const char* word(Kind kind);
const char* word(InstallVia via);

// Whether CREATE EXTENSION is for this entry.
inline bool has_control_file(const Entry& entry) {
  return entry.kind != Kind::tool && !entry.runtime.preload_only;
}

}  // namespace aza::build
