// What was installed, file by file: the ground for gate 2, verify and sbom. It lies inside what it describes.
#pragma once

#include <string>
#include <vector>

#include "core/outcome.h"
#include "file_store.h"

namespace aza::build {

struct RecordedFile {
  std::string path;    // below the destination, without a leading slash
  std::string sha256;  // of a link: of its target's name
  uint64_t size = 0;
};

// A library package that an entry's package needs and the server's system does not have.
struct RuntimePackage {
  std::string package, version;
  std::vector<RecordedFile> files;
};

struct RecordedEntry {
  std::string name, kind, licence, description;
  std::string how;      // builtin, package or source
  std::string version;  // the package's version, the source's tag, or the server's
  std::string package, repository, commit;
  std::string extension_version;  // what the scratch server said; empty for tools
  std::string key;                // content address: the same key, the same files
  bool enabled = true;
  std::vector<RecordedFile> files;
  std::vector<RuntimePackage> runtime;
};

struct InstalledRecord {
  std::string postgresql, compiler, channel;
  std::vector<std::string> guarded;    // folders where a file that nobody recorded is foreign
  std::vector<RecordedFile> baseline;  // what the server itself had there
  std::vector<RecordedEntry> entries;
};

std::string entry_text(const RecordedEntry& entry);
Outcome<RecordedEntry> parse_entry(const std::string& text);
std::string record_text(const InstalledRecord& record);
Outcome<InstalledRecord> parse_record(const std::string& text);

// Where the record is: DIR/usr/share/aza-build/ for a --destdir, DIR/share/aza-build/ for a --prefix.
inline constexpr const char* kDestdirRecord = "usr/share/aza-build/installed.json";
inline constexpr const char* kPrefixRecord = "share/aza-build/installed.json";
Outcome<InstalledRecord> load_record(const FileStore& files, const std::string& image);

Outcome<std::vector<RecordedFile>> record_files(const FileStore& files, const std::string& root);

}  // namespace aza::build
