#include "job_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <mutex>
#include <vector>

namespace aza::build {

namespace {

// Every process of a jobserver has one token that it need not ask for; the first caller here gets it.
class Tokens : public JobTokens {
public:
  Tokens(int read_end, int write_end, std::string makeflags, std::string owned_fifo)
      : read_(read_end), write_(write_end), makeflags_(std::move(makeflags)), owned_fifo_(std::move(owned_fifo)) {}

  ~Tokens() override {
    close(read_);
    if (write_ != read_) close(write_);
    if (!owned_fifo_.empty()) unlink(owned_fifo_.c_str());
  }

  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  void acquire() override {
    char token = 0;
    while (!take_own()) {
      pollfd end{read_, POLLIN, 0};
      // The end may be shared with processes that block on it: never read without asking.
      if (poll(&end, 1, 50) > 0 && read(read_, &token, 1) == 1) {
        const std::lock_guard lock(mutex_);
        held_.push_back(token);
        return;
      }
    }
  }

  void release() override {
    const std::lock_guard lock(mutex_);
    if (held_.empty()) {
      own_taken_ = false;
      return;
    }
    const char token = held_.back();
    held_.pop_back();
    while (write(write_, &token, 1) < 0 && errno == EINTR) {
    }
  }

  std::string makeflags() const override { return makeflags_; }

private:
  bool take_own() {
    const std::lock_guard lock(mutex_);
    return own_taken_ ? false : (own_taken_ = true);
  }

  int read_;
  int write_;
  std::string makeflags_, owned_fifo_;
  std::mutex mutex_;
  std::vector<char> held_;
  bool own_taken_ = false;
};

using Result = Outcome<std::shared_ptr<JobTokens>>;

Result refused(const std::string& what) {
  return Result::unknown(fmt::format("{}: {}", what, strerror(errno)));
}

Result join(const std::string& auth, const std::string& makeflags) {
  int ends[2] = {-1, -1};
  if (auth.starts_with("fifo:")) {
    ends[0] = ends[1] = open(auth.c_str() + 5, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (ends[0] < 0) return refused(auth.substr(5));
  } else {
    int given[2] = {-1, -1};
    const char* const end = auth.data() + auth.size();
    const auto first = std::from_chars(auth.data(), end, given[0]);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',' ||
        std::from_chars(first.ptr + 1, end, given[1]).ec != std::errc()) {
      return Result::unknown("cannot be understood");
    }
    for (int i = 0; i < 2; ++i) ends[i] = fcntl(given[i], F_DUPFD_CLOEXEC, 3);
    if (ends[0] < 0 || ends[1] < 0) return Result::unknown("the recipe line lacks its +");
  }
  return std::shared_ptr<JobTokens>(std::make_shared<Tokens>(ends[0], ends[1], makeflags, ""));
}

Result serve(int jobs, const std::string& fifo) {
  unlink(fifo.c_str());
  if (mkfifo(fifo.c_str(), 0600) != 0) return refused(fifo);
  const int end = open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (end < 0) return refused(fifo);
  const std::string tokens(static_cast<size_t>(std::max(jobs - 1, 0)), '+');
  if (write(end, tokens.data(), tokens.size()) != static_cast<ssize_t>(tokens.size())) return refused(fifo);
  return std::shared_ptr<JobTokens>(
      std::make_shared<Tokens>(end, end, fmt::format(" -j{} --jobserver-auth=fifo:{}", jobs, fifo), fifo));
}

}  // namespace

Outcome<std::shared_ptr<JobTokens>> job_tokens(const std::string& makeflags, int jobs, const std::string& fifo) {
  constexpr std::string_view kAuth = "--jobserver-auth=";
  const size_t at = makeflags.rfind(kAuth);
  if (at == std::string::npos) return serve(jobs, fifo);
  const size_t begin = at + kAuth.size();
  auto joined = join(makeflags.substr(begin, makeflags.find(' ', begin) - begin), makeflags);
  return joined ? joined : serve(jobs, fifo);  // make says the same of a jobserver that it cannot use: go on alone
}

}  // namespace aza::build
