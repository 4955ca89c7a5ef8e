#include "preload_list.h"

#include <algorithm>

namespace aza {

namespace {

std::string_view without_edges(std::string_view text) {
  constexpr std::string_view kEdges = " \t\r\n'\"";
  const size_t begin = text.find_first_not_of(kEdges);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kEdges) - begin + 1);
}

std::string_view library_name(std::string_view entry) {
  entry = without_edges(entry);
  const size_t slash = entry.rfind('/');
  if (slash != std::string_view::npos) entry.remove_prefix(slash + 1);
  if (entry.ends_with(".so")) entry.remove_suffix(3);
  return entry;
}

}  // namespace

std::vector<std::string> preload_list(std::string_view text) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view name = library_name(text.substr(begin, end - begin));
    if (!name.empty()) names.emplace_back(name);
    begin = end + 1;
  }
  return names;
}

}  // namespace aza
