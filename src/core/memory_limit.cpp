#include "core/memory_limit.h"

#include <fmt/format.h>

#include "core/kernel_text.h"

namespace aza {

namespace {

using Limit = Outcome<std::optional<int64_t>>;

constexpr std::string_view kHierarchical = "hierarchical_memory_limit";

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

Limit limit_of(int64_t bytes) {
  if (bytes == 0) return Limit::unknown("0 is not believed");
  if (bytes > kNoLimitAbove) return std::optional<int64_t>();
  return std::optional(bytes);
}

bool is_negative(std::string_view text) {
  return text.starts_with('-') && whole_number(text.substr(1));
}

Limit parse_memory_stat(std::string_view text) {
  const Outcome<int64_t> bytes = named_number(text, kHierarchical);
  return bytes ? limit_of(*bytes) : Limit::unknown(bytes.because());
}

std::vector<std::string> limit_files(const VisibleGroup& group) {
  std::vector<std::string> files;
  for (const std::string& level : group.levels) {
    files.push_back(level + (group.version == 2 ? "/memory.max" : "/memory.limit_in_bytes"));
    if (group.version == 2) files.push_back(level + "/memory.high");
  }
  return files;
}

bool exists(const Limit& limit) {
  return limit || limit.because() != SystemReader::kMissing;
}

// Of the nearest group that has one: it already is the minimum over all above. A second opinion, so that a memory.stat
// without it (emulations of v1 leave it out) is nothing to warn of.
void add_hierarchical_limit(const SystemReader& reader, const VisibleGroup& group, std::vector<MemoryLimit>* limits) {
  for (const std::string& level : group.levels) {
    MemoryLimit limit = read_memory_limit(reader, level + "/memory.stat");
    if (!limit.bytes) continue;
    limits->push_back(std::move(limit));
    return;
  }
}

}  // namespace

Outcome<std::optional<int64_t>> parse_memory_limit(std::string_view text) {
  const std::string_view value = first_line(text);
  if (value.empty()) return Limit::unknown("it is empty");
  if (value == "max" || is_negative(value)) return std::optional<int64_t>();
  const std::optional<int64_t> bytes = whole_number(value);
  return bytes ? limit_of(*bytes) : Limit::unknown(fmt::format("it holds \"{}\"", printable(value)));
}

MemoryLimit read_memory_limit(const SystemReader& reader, const std::string& path) {
  const bool stat = base_name(path) == "memory.stat";
  const std::string name = stat ? fmt::format("memory.stat {}", kHierarchical) : std::string(base_name(path));
  const Outcome<std::string> text = reader.read(path);
  if (!text) return {path, name, Limit::unknown(text.because())};
  return {path, name, stat ? parse_memory_stat(*text) : parse_memory_limit(*text)};
}

std::vector<MemoryLimit> read_memory_limits(const SystemReader& reader, const VisibleGroup& group) {
  std::vector<MemoryLimit> limits;
  for (const std::string& path : limit_files(group)) {
    MemoryLimit limit = read_memory_limit(reader, path);
    if (exists(limit.bytes)) limits.push_back(std::move(limit));
  }
  if (group.version == 1) add_hierarchical_limit(reader, group, &limits);
  return limits;
}

const MemoryLimit* tightest(const std::vector<MemoryLimit>& limits) {
  const MemoryLimit* least = nullptr;
  for (const MemoryLimit& limit : limits) {
    if (!limit.bytes || !*limit.bytes) continue;
    if (least == nullptr || **limit.bytes < **least->bytes) least = &limit;
  }
  return least;
}

}  // namespace aza
