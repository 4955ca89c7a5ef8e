// The first of the two seams to the outside: files. Tests hand in memory, main the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/outcome.h"

namespace aza::build {

using Trouble = std::string;  // what went wrong; empty: nothing

struct TreeFile {
  std::string path;   // below the root that was asked for
  unsigned mode = 0;  // permission bits
  uint64_t size = 0;
  std::string link;  // target of a symbolic link; empty for a regular file
};

class FileStore {
public:
  virtual ~FileStore() = default;
  virtual Outcome<std::string> read(const std::string& path) const = 0;
  virtual bool exists(const std::string& path) const = 0;
  // Regular files and symbolic links below a folder, sorted by path.
  virtual Outcome<std::vector<TreeFile>> tree(const std::string& root) const = 0;
  virtual Outcome<std::string> sha256(const std::string& path) const = 0;

  // Makes the folders above; a reader sees the old text or the new one.
  virtual Trouble write(const std::string& path, std::string_view text) = 0;
  virtual Trouble make_folders(const std::string& path) = 0;
  virtual Trouble make_link(const std::string& target, const std::string& path) = 0;
  virtual Trouble copy(const std::string& from, const std::string& to) = 0;  // one file, or one link as a link
  virtual Trouble rename(const std::string& from, const std::string& to) = 0;
  virtual bool remove_empty_folder(const std::string& path) = 0;  // false: it is no empty folder
  virtual Trouble remove(const std::string& path) = 0;            // a file, or a folder with all in it; absent is well
};

std::unique_ptr<FileStore> disk_files();

}  // namespace aza::build
