// aza-build: the one place that prints and exits.
#include <cstdio>

#include "command_line.h"
#include "verbs.h"

using namespace aza::build;

namespace {

Verdict dispatch(const Request& request) {
  const auto files = disk_files();
  if (request.verb == "check") return run_check(*files, request);
  if (request.verb == "list") return run_list(*files, request);
  if (request.verb == "generate") return run_generate(*files, request);
  return run_edit(*files, request);
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = parse_command_line(argc, argv);
  const auto* request = std::get_if<Request>(&parsed);
  const Verdict verdict = request ? dispatch(*request) : std::get<Verdict>(parsed);
  std::fputs(verdict.out.c_str(), stdout);
  std::fputs(verdict.err.c_str(), stderr);
  return verdict.status;
}
