#include "text_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace aza::build {

namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Edit {
  char mark;  // ' ', '-' or '+'
  std::string_view line;
};

// Longest common subsequence by the plain table: generated files have hundreds of lines, not millions.
std::vector<Edit> edits(const Lines& a, const Lines& b) {
  const size_t width = b.size() + 1;
  std::vector<unsigned> common((a.size() + 1) * width);
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      common[i * width + j] = a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                                           : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::vector<Edit> script;
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      script.push_back({' ', a[i++]});
      ++j;
    } else if (j == b.size() || (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      script.push_back({'-', a[i++]});
    } else {
      script.push_back({'+', b[j++]});
    }
  }
  return script;
}

constexpr size_t kContext = 3;

// Whether an edit, or one at most three lines from it, changes something.
std::vector<bool> shown(const std::vector<Edit>& script) {
  std::vector<bool> show(script.size());
  for (size_t i = 0; i < script.size(); ++i) {
    if (script[i].mark == ' ') continue;
    const size_t end = std::min(i + kContext + 1, script.size());
    for (size_t j = i < kContext ? 0 : i - kContext; j < end; ++j) show[j] = true;
  }
  return show;
}

std::string line_text(const Edit& edit) {
  return fmt::format("{}{}{}", edit.mark, edit.line,
                     edit.line.ends_with('\n') ? "" : "\n\\ No newline at end of file\n");
}

}  // namespace

std::string text_diff(std::string_view path, std::string_view before, std::string_view after) {
  const std::vector<Edit> script = edits(lines_of(before), lines_of(after));
  const std::vector<bool> show = shown(script);
  std::string out = fmt::format("--- a/{0}\n+++ b/{0}\n", path);
  size_t old_line = 1;
  size_t new_line = 1;
  for (size_t i = 0; i < script.size();) {
    std::string hunk;
    size_t old_count = 0;
    size_t new_count = 0;
    for (; i < script.size() && show[i]; ++i) {
      hunk += line_text(script[i]);
      old_count += script[i].mark != '+';
      new_count += script[i].mark != '-';
    }
    if (!hunk.empty()) {
      out += fmt::format("@@ -{},{} +{},{} @@\n{}", old_count ? old_line : old_line - 1, old_count,
                         new_count ? new_line : new_line - 1, new_count, hunk);
    }
    old_line += old_count;
    new_line += new_count;
    for (; i < script.size() && !show[i]; ++i, ++old_line, ++new_line) {
    }
  }
  return out;
}

}  // namespace aza::build
