#include "workshop.h"

#include <fmt/format.h>

namespace aza::build {

namespace {

constexpr size_t kTail = 15;

}  // namespace

std::string last_lines(const std::string& text, size_t count) {
  size_t begin = text.size();
  if (begin > 0 && text[begin - 1] == '\n') --begin;
  while (count-- > 0 && begin != std::string::npos && begin > 0) begin = text.rfind('\n', begin - 1);
  return begin == std::string::npos || begin == 0 ? text : text.substr(begin + 1);
}

std::string command_text(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& argument : argv) {
    const bool plain = !argument.empty() && argument.find_first_of(" \t\n'\"$\\*?&|;<>()") == std::string::npos;
    text += (text.empty() ? "" : " ") + (plain ? argument : "'" + argument + "'");
  }
  return text;
}

Outcome<std::string> run_logged(Workshop& shop, const Entry& entry, Command command, const std::string& purpose) {
  command.log = shop.log(entry);
  const CommandResult result = shop.commands.run(command);
  if (result.ok()) return result.output;
  if (result.interrupted) return Outcome<std::string>::unknown("interrupted");
  return Outcome<std::string>::unknown(fmt::format("{} failed (status {}): {}\n{}", purpose, result.status,
                                                   command_text(command.argv), last_lines(result.text, kTail)));
}

}  // namespace aza::build
