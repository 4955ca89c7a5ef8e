// The one way by which core sees the world. The server gives it the real one (below a root that a test may redirect),
// a test gives it a folder or memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/outcome.h"

namespace aza {

class SystemReader {
public:
  virtual ~SystemReader() = default;
  // The whole file, at most kMaxFile bytes: larger is "unknown". Binary content is returned as it is.
  virtual Outcome<std::string> read(std::string_view path) const = 0;
  // Names in a folder, sorted.
  virtual Outcome<std::vector<std::string>> list(std::string_view folder) const = 0;
  // Bytes that an unprivileged process may still write on the file system that holds `path`.
  virtual Outcome<int64_t> free_bytes(std::string_view path) const = 0;
  // CPUs that the scheduler may run this process on.
  virtual Outcome<int> affinity_cpus() const = 0;

  static constexpr size_t kMaxFile = size_t{1} << 20;
  // What because() says of a file or folder that is not there, so that "missing" can be told from "unreadable".
  static constexpr std::string_view kMissing = "No such file or directory";
};

// The real system, with every absolute path looked up below `root` ("/" or "" is the machine itself).
// With another root, affinity_cpus() reads ROOT/affinity (one integer), so that a folder can hold a whole machine,
// and free_bytes() reads ROOT/free_bytes in the same way.
std::unique_ptr<SystemReader> system_reader(std::string root);

// The same for files that are read again and again: keeps up to `most` of them open. Opening a file of the kernel's and
// reading it for the first time takes some kB of the group, and where nothing is left the kernel kills for them. A file
// that has gone, with its group or its process, is looked up anew; one whose folder has got another name is not.
std::unique_ptr<SystemReader> keeping_reader(std::string root, size_t most);

}  // namespace aza
