#include "core/memory_limit.h"

#include <optional>

#include <fmt/format.h>

#include "core/kernel_text.h"

namespace aza {

namespace {

constexpr std::string_view kHierarchical = "hierarchical_memory_limit";

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

LimitValue limit_of(int64_t bytes) {
  if (bytes == 0) return LimitValue::unknown("0 is not believed");
  return bytes > kNoLimitAbove ? LimitValue::none() : LimitValue::of(bytes);
}

bool is_negative(std::string_view text) {
  return text.starts_with('-') && whole_number(text.substr(1));
}

LimitValue parse_memory_stat(std::string_view text) {
  const Outcome<int64_t> bytes = named_number(text, kHierarchical);
  return bytes ? limit_of(*bytes) : LimitValue::unknown(bytes.because());
}

std::vector<std::string> limit_files(const VisibleGroup& group) {
  std::vector<std::string> files;
  for (const std::string& level : group.levels) {
    files.push_back(level + (group.version == 2 ? "/memory.max" : "/memory.limit_in_bytes"));
    if (group.version == 2) files.push_back(level + "/memory.high");
  }
  return files;
}

bool exists(const LimitValue& value) {
  return value.known() || value.because() != SystemReader::kMissing;
}

// Of the nearest group that has one: it already is the minimum over all above. A second opinion, so that a memory.stat
// without it (emulations of v1 leave it out) is nothing to warn of.
void add_hierarchical_limit(const SystemReader& reader, const VisibleGroup& group, std::vector<MemoryLimit>* limits) {
  for (const std::string& level : group.levels) {
    MemoryLimit limit = read_memory_limit(reader, level + "/memory.stat");
    if (!limit.value.known()) continue;
    limits->push_back(std::move(limit));
    return;
  }
}

}  // namespace

LimitValue parse_memory_limit(std::string_view text) {
  const std::string_view value = first_line(text);
  if (value.empty()) return LimitValue::unknown("it is empty");
  if (value == "max" || is_negative(value)) return LimitValue::none();
  const std::optional<int64_t> bytes = whole_number(value);
  return bytes ? limit_of(*bytes) : LimitValue::unknown(fmt::format("it holds \"{}\"", printable(value)));
}

MemoryLimit read_memory_limit(const SystemReader& reader, const std::string& path) {
  const bool stat = base_name(path) == "memory.stat";
  const std::string name = stat ? fmt::format("memory.stat {}", kHierarchical) : std::string(base_name(path));
  const Outcome<std::string> text = reader.read(path);
  if (!text) return {path, name, LimitValue::unknown(text.because())};
  return {path, name, stat ? parse_memory_stat(*text) : parse_memory_limit(*text)};
}

std::vector<MemoryLimit> read_memory_limits(const SystemReader& reader, const VisibleGroup& group) {
  std::vector<MemoryLimit> limits;
  for (const std::string& path : limit_files(group)) {
    MemoryLimit limit = read_memory_limit(reader, path);
    if (exists(limit.value)) limits.push_back(std::move(limit));
  }
  if (group.version == 1) add_hierarchical_limit(reader, group, &limits);
  return limits;
}

}  // namespace aza
