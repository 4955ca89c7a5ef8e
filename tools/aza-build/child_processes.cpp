#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "command_runner.h"

namespace aza::build {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPollMilliseconds = 50;
constexpr auto kGrace = std::chrono::seconds(10);

// Everything that must be made before fork: between fork and exec nothing may allocate.
struct Image {
  explicit Image(const Command& command) : folder(command.folder) {
    for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    for (const auto& [name, value] : command.environment) settings.push_back(fmt::format("{}={}", name, value));
    for (std::string& setting : settings) envp.push_back(setting.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    const auto path = command.environment.find("PATH");
    program = resolve(command.argv.front(), path == command.environment.end() ? "/usr/bin:/bin" : path->second);
  }

  static std::string resolve(const std::string& name, std::string path) {
    if (name.find('/') != std::string::npos) return name;
    for (path += ':'; !path.empty(); path.erase(0, path.find(':') + 1)) {
      std::string candidate = path.substr(0, path.find(':')) + "/" + name;
      if (access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return name;
  }

  std::string program, folder;
  std::vector<std::string> settings;
  std::vector<char*> argv, envp;
};

[[noreturn]] void become(const Image& image, int out, int err) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever becomes of us, no child stays behind
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = open("/dev/null", O_RDONLY);
  if (null >= 0) dup2(null, 0);
  dup2(out, 1);
  dup2(err, 2);
  if (image.folder.empty() || chdir(image.folder.c_str()) == 0) {
    execve(image.program.c_str(), image.argv.data(), image.envp.data());
  }
  const char* why = strerrordesc_np(errno);
  const char* parts[] = {image.program.c_str(), ": ", why ? why : "cannot be run", "\n"};
  for (const char* part : parts) {
    if (write(2, part, strlen(part)) < 0) break;
  }
  _exit(127);
}

class Child : public RunningCommand {
public:
  Child(const Command& command, const std::atomic<bool>& interrupt) : command_(command), interrupt_(interrupt) {
    const Image image(command);
    if (pipe2(out_, O_CLOEXEC) != 0 || pipe2(err_, O_CLOEXEC) != 0) return;
    if (!command.log.empty()) log_ = open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    pid_ = fork();
    if (pid_ == 0) become(image, out_[1], err_[1]);
    close_end(out_[1]);
    close_end(err_[1]);
    if (pid_ > 0) setpgid(pid_, pid_);
  }

  ~Child() override {
    if (pid_ > 0) Child::stop(SIGKILL);
    close_end(out_[0]);
    close_end(err_[0]);
    close_end(log_);
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool running() override {
    read_once(0);
    return pid_ > 0 && !reap(WNOHANG);
  }

  CommandResult stop(int signal) override {
    if (pid_ > 0) kill(-pid_, signal);
    const auto deadline = Clock::now() + kGrace;
    while (pid_ > 0 && !reap(WNOHANG)) {
      if (Clock::now() > deadline) kill(-pid_, SIGKILL);
      read_once(kPollMilliseconds);
    }
    return result_;
  }

  CommandResult wait() {
    if (pid_ < 0) result_.status = 127;
    // The end of output is not the end of the command, nor the other way round: a daemon may hold the pipe.
    while (pid_ > 0 && !reap(WNOHANG)) {
      if (interrupt_ && !command_.even_interrupted) {
        stop(SIGTERM);
        result_.interrupted = true;
        return result_;
      }
      read_once(kPollMilliseconds);
    }
    while (read_once(0)) {
    }
    return result_;
  }

private:
  static void close_end(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }

  bool reap(int flags) {
    int status = 0;
    if (waitpid(pid_, &status, flags) != pid_) return false;
    result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    kill(-pid_, SIGKILL);  // what it left running in its group
    pid_ = -1;
    return true;
  }

  bool take(int& fd, bool is_output) {
    char block[1 << 14];
    const ssize_t size = read(fd, block, sizeof block);
    if (size <= 0) {
      close_end(fd);
      return false;
    }
    const std::string_view bytes(block, static_cast<size_t>(size));
    if (is_output) result_.output += bytes;
    result_.text += bytes;
    if (log_ >= 0 && write(log_, block, bytes.size()) < 0) close_end(log_);
    return true;
  }

  bool read_once(int timeout) {
    pollfd ends[] = {{out_[0], POLLIN, 0}, {err_[0], POLLIN, 0}};
    if (poll(ends, 2, timeout) <= 0) return false;
    bool any = false;
    if (ends[0].revents) any |= take(out_[0], true);
    if (ends[1].revents) any |= take(err_[0], false);
    if (!any && timeout > 0) usleep(2000);
    return any;
  }

  Command command_;
  const std::atomic<bool>& interrupt_;
  CommandResult result_;
  pid_t pid_ = -1;
  int out_[2] = {-1, -1};
  int err_[2] = {-1, -1};
  int log_ = -1;
};

class ChildProcesses : public CommandRunner {
public:
  explicit ChildProcesses(const std::atomic<bool>& interrupt) : interrupt_(interrupt) {}

  CommandResult run(const Command& command) override {
    if (interrupt_ && !command.even_interrupted) return {130, "", "", true};
    return Child(command, interrupt_).wait();
  }

  std::unique_ptr<RunningCommand> start(const Command& command) override {
    return std::make_unique<Child>(command, interrupt_);
  }

  bool interrupted() const override { return interrupt_; }

private:
  const std::atomic<bool>& interrupt_;
};

}  // namespace

std::unique_ptr<CommandRunner> child_processes(const std::atomic<bool>& interrupt) {
  return std::make_unique<ChildProcesses>(interrupt);
}

}  // namespace aza::build
