#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "core/kernel_text.h"
#include "core/reader.h"

namespace aza {

namespace {

std::string error_text(int error) {
  return error == ENOENT ? std::string(SystemReader::kMissing) : std::generic_category().message(error);
}

template <class T>
Outcome<T> failed(int error) {
  return Outcome<T>::unknown(error_text(error));
}

class Descriptor {
public:
  // O_NONBLOCK: a pipe where a file belongs must not stop the start.
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return fd_; }

private:
  int fd_;
};

// Files below /proc say that they are 0 bytes long, so only reading tells.
Outcome<std::string> read_all(int fd) {
  std::string content;
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed<std::string>(errno);
    if (got == 0) return content;
    content.append(buffer, static_cast<size_t>(got));
    if (content.size() > SystemReader::kMaxFile) return Outcome<std::string>::unknown("larger than 1MB");
  }
}

// The size of the mask is the kernel's, which may be built for more CPUs than a plain cpu_set_t holds.
Outcome<int> scheduler_cpus() {
  constexpr int kMostCpus = 1 << 16;
  for (int cpus = CPU_SETSIZE; cpus <= kMostCpus; cpus *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> mask(CPU_ALLOC(cpus), [](cpu_set_t* set) { CPU_FREE(set); });
    const size_t size = CPU_ALLOC_SIZE(cpus);
    if (!mask) return failed<int>(ENOMEM);
    if (::sched_getaffinity(0, size, mask.get()) == 0) return CPU_COUNT_S(size, mask.get());
    if (errno != EINVAL) return failed<int>(errno);
  }
  return failed<int>(EINVAL);
}

class RootedReader : public SystemReader {
public:
  explicit RootedReader(std::string root) : root_(std::move(root)) {
    while (root_.ends_with('/')) root_.pop_back();
  }

  Outcome<std::string> read(std::string_view path) const override {
    const Descriptor file(real(path));
    return file.get() < 0 ? failed<std::string>(errno) : read_all(file.get());
  }

  Outcome<std::vector<std::string>> list(std::string_view folder) const override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(real(folder).c_str()), ::closedir);
    if (!stream) return failed<std::vector<std::string>>(errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Outcome<int64_t> free_bytes(std::string_view path) const override {
    if (!root_.empty()) return stand_in("/free_bytes");
    struct statvfs system{};
    if (::statvfs(std::string(path).c_str(), &system) != 0) return failed<int64_t>(errno);
    int64_t bytes = 0;
    return __builtin_mul_overflow(system.f_bavail, system.f_frsize, &bytes) ? INT64_MAX : bytes;
  }

  Outcome<int> affinity_cpus() const override {
    if (root_.empty()) return scheduler_cpus();
    const Outcome<int64_t> cpus = stand_in("/affinity");
    if (!cpus) return Outcome<int>::unknown(cpus.because());
    return static_cast<int>(std::min<int64_t>(*cpus, INT32_MAX));
  }

protected:
  std::string real(std::string_view path) const {
    std::string whole = root_;
    return whole.append(path);
  }

private:
  // What a folder says instead of a system call.
  Outcome<int64_t> stand_in(std::string_view name) const {
    const Outcome<std::string> text = read(name);
    if (!text) return Outcome<int64_t>::unknown(text.because());
    const std::optional<int64_t> number = whole_number(first_line(*text));
    return number ? Outcome<int64_t>(*number) : Outcome<int64_t>::unknown("not a number");
  }

  std::string root_;
};

class KeepingReader : public RootedReader {
public:
  KeepingReader(std::string root, size_t most) : RootedReader(std::move(root)), most_(most) {}

  Outcome<std::string> read(std::string_view path) const override {
    const std::string whole = real(path);
    if (const auto kept = files_.find(whole); kept != files_.end()) {
      if (Outcome<std::string> content = read_again(kept->second.get())) return content;
      files_.erase(kept);
    }
    return read_and_keep(whole);
  }

private:
  static Outcome<std::string> read_again(int fd) {
    struct stat file{};
    if (::fstat(fd, &file) != 0 || ::lseek(fd, 0, SEEK_SET) != 0) return failed<std::string>(errno);
    return file.st_nlink == 0 ? failed<std::string>(ENOENT) : read_all(fd);
  }

  // When there are too many, most of them belong to processes that have ended.
  Outcome<std::string> read_and_keep(const std::string& whole) const {
    if (files_.size() >= most_) files_.clear();
    Descriptor file(whole);
    if (file.get() < 0) return failed<std::string>(errno);
    Outcome<std::string> content = read_all(file.get());
    if (content) files_.emplace(whole, std::move(file));
    return content;
  }

  const size_t most_;
  mutable std::unordered_map<std::string, Descriptor> files_;
};

}  // namespace

std::unique_ptr<SystemReader> system_reader(std::string root) {
  return std::make_unique<RootedReader>(std::move(root));
}

std::unique_ptr<SystemReader> keeping_reader(std::string root, size_t most) {
  return std::make_unique<KeepingReader>(std::move(root), most);
}

}  // namespace aza
