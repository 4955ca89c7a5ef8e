// The second seam to the outside: commands.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aza::build {

struct Command {
  std::vector<std::string> argv;
  std::string folder;                              // working directory; empty: the caller's
  std::map<std::string, std::string> environment;  // all of it: nothing is inherited
  std::string log;                                 // what the command prints is appended to this file as well
  bool even_interrupted = false;                   // for cleaning up: runs after Ctrl-C too
};

struct CommandResult {
  int status = 0;      // exit status; 128 + the signal's number; 127 where it could not be started
  std::string output;  // standard output
  std::string text;    // standard output and error, as they came
  bool interrupted = false;
  bool ok() const { return status == 0 && !interrupted; }
};

// A command that goes on beside its caller; it ends with this object at the latest.
class RunningCommand {
public:
  virtual ~RunningCommand() = default;
  virtual bool running() = 0;
  virtual CommandResult stop(int signal) = 0;  // sends the signal, waits, and kills after ten seconds
};

class CommandRunner {
public:
  virtual ~CommandRunner() = default;
  virtual CommandResult run(const Command& command) = 0;  // may be called by several threads
  virtual std::unique_ptr<RunningCommand> start(const Command& command) = 0;
  virtual bool interrupted() const = 0;
};

// Every command is a process group of its own. Once `interrupt` is true, running ones are ended with all their
// children and new ones are not started.
std::unique_ptr<CommandRunner> child_processes(const std::atomic<bool>& interrupt);

}  // namespace aza::build
