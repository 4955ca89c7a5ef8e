#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "digest.h"
#include "file_store.h"

namespace aza::build {

namespace {

namespace fs = std::filesystem;

Trouble trouble(const std::string& path, const std::error_code& error) {
  return error ? fmt::format("{}: {}", path, error.message()) : Trouble();
}

Trouble last_trouble(const std::string& path) {
  return trouble(path, {errno, std::generic_category()});
}

class DiskFiles : public FileStore {
public:
  Outcome<std::string> read(const std::string& path) const override {
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    if (stream && fs::is_regular_file(path)) text << stream.rdbuf();
    if (!stream || !fs::is_regular_file(path)) {
      return Outcome<std::string>::unknown(errno ? last_trouble(path) : path + ": not a file");
    }
    return text.str();
  }

  bool exists(const std::string& path) const override {
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
  }

  Outcome<std::vector<TreeFile>> tree(const std::string& root) const override {
    std::error_code error;
    std::vector<TreeFile> files;
    fs::recursive_directory_iterator walk(root, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
      const fs::file_status status = walk->symlink_status(error);
      if (error || fs::is_directory(status)) continue;
      TreeFile file;
      file.path = walk->path().string().substr(root.size() + (root.ends_with('/') ? 0 : 1));
      file.mode = static_cast<unsigned>(status.permissions()) & 07777U;
      if (fs::is_symlink(status)) file.link = fs::read_symlink(walk->path(), error).string();
      if (fs::is_regular_file(status)) file.size = walk->file_size(error);
      files.push_back(std::move(file));
    }
    if (error) return Outcome<std::vector<TreeFile>>::unknown(trouble(root, error));
    std::sort(files.begin(), files.end(), [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
    return files;
  }

  Outcome<std::string> sha256(const std::string& path) const override {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return Outcome<std::string>::unknown(last_trouble(path));
    Sha256 digest;
    char block[1 << 16];
    while (stream.read(block, sizeof block) || stream.gcount() > 0) {
      digest.add({block, static_cast<size_t>(stream.gcount())});
    }
    return digest.hex();
  }

  Trouble write(const std::string& path, std::string_view text) override {
    if (Trouble folders = make_folders(fs::path(path).parent_path()); !folders.empty()) return folders;
    static std::atomic<unsigned> number{0};
    const std::string draft = fmt::format("{}.{}.{}.new", path, getpid(), ++number);
    {
      std::ofstream stream(draft, std::ios::binary);
      stream << text;
      stream.flush();
      if (!stream) {
        Trouble why = last_trouble(path);
        remove(draft);
        return why;
      }
    }
    std::error_code ignored;  // a file keeps its mode
    if (fs::exists(path)) fs::permissions(draft, fs::status(path).permissions(), ignored);
    return rename(draft, path);
  }

  Trouble make_folders(const std::string& path) override {
    std::error_code error;
    if (!path.empty()) fs::create_directories(path, error);
    return trouble(path, error);
  }

  Trouble make_link(const std::string& target, const std::string& path) override {
    std::error_code error;
    fs::create_symlink(target, path, error);
    return trouble(path, error);
  }

  Trouble copy(const std::string& from, const std::string& to) override {
    if (Trouble folders = make_folders(fs::path(to).parent_path()); !folders.empty()) return folders;
    std::error_code error;
    fs::remove(to, error);
    fs::copy(from, to, fs::copy_options::copy_symlinks, error);
    return trouble(to, error);
  }

  Trouble rename(const std::string& from, const std::string& to) override {
    std::error_code error;
    fs::rename(from, to, error);
    return trouble(to, error);
  }

  bool remove_empty_folder(const std::string& path) override { return rmdir(path.c_str()) == 0; }

  Trouble remove(const std::string& path) override {
    std::error_code error;
    fs::remove_all(path, error);
    return trouble(path, error);
  }
};

}  // namespace

std::unique_ptr<FileStore> disk_files() {
  return std::make_unique<DiskFiles>();
}

}  // namespace aza::build
