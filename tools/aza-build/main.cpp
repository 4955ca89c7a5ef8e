// aza-build: the one place that prints and exits.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>

#include "command_line.h"
#include "verbs.h"

using namespace aza::build;

namespace {

std::atomic<bool> interrupt{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void on_signal(int) {
  interrupt = true;
}

Environment own_environment() {
  Environment all;
  for (char** setting = environ; *setting; ++setting) {
    const std::string_view text = *setting;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

Verdict dispatch(const Request& request) {
  const auto files = disk_files();
  const auto commands = child_processes(interrupt);
  const Environment environment = own_environment();
  if (request.verb == "check") return run_check(*files, request);
  if (request.verb == "list") return run_list(*files, request);
  if (request.verb == "generate") return run_generate(*files, request);
  if (request.verb == "verify") return run_verify(*files, request);
  if (request.verb == "sbom") return run_sbom(*files, request, environment);
  if (request.verb == "outdated") return run_outdated(*files, *commands, request, environment);
  if (request.verb == "build") return run_build(*files, *commands, request, environment, {print, isatty(1) == 1});
  return run_edit(*files, request);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
  const auto parsed = parse_command_line(argc, argv);
  const auto* request = std::get_if<Request>(&parsed);
  const Verdict verdict = request ? dispatch(*request) : std::get<Verdict>(parsed);
  print(verdict.out);
  std::fputs(verdict.err.c_str(), stderr);
  return verdict.status;
}
