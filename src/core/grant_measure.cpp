#include "core/grant_measure.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/kernel_text.h"

namespace aza {

namespace {

// More than any machine has, and small enough that sums and differences of a few stay numbers.
constexpr int64_t kMostBytes = int64_t{1} << 60;

constexpr int64_t kActiveCacheShare = 16;  // so much active page cache counts as needed

// The first of the two names that the text has; 0 where it has neither, as on kernels that do not count it.
int64_t number_of(std::string_view text, std::string_view v2_name, std::string_view v1_name) {
  for (std::string_view name : {v1_name, v2_name}) {
    if (const Outcome<int64_t> number = named_number(text, name)) return std::min(*number, kMostBytes);
  }
  return 0;
}

}  // namespace

Outcome<GroupUse> parse_group_use(std::string_view usage_text, std::string_view stat) {
  const std::optional<int64_t> usage = whole_number(first_line(usage_text));
  if (!usage) return Outcome<GroupUse>::unknown("the group's usage is not a number");
  const int64_t cache = number_of(stat, "file", "total_cache");
  const int64_t unwritten =
      number_of(stat, "file_dirty", "total_dirty") + number_of(stat, "file_writeback", "total_writeback");
  GroupUse use;
  use.usage = std::min(*usage, kMostBytes);
  use.anonymous = number_of(stat, "anon", "total_rss");
  use.kernel = std::max<int64_t>(0, use.usage - use.anonymous - cache) + unwritten;
  use.inactive_file = number_of(stat, "inactive_file", "total_inactive_file");
  use.active_file = number_of(stat, "active_file", "total_active_file");
  return use;
}

int64_t working_set(const GroupUse& use, int64_t limit) {
  const int64_t idle_cache = use.inactive_file + std::max<int64_t>(0, use.active_file - limit / kActiveCacheShare);
  return std::max<int64_t>(0, use.usage - idle_cache);
}

Outcome<GroupUse> read_group_use(const SystemReader& reader, const GroupPaths& group) {
  const Outcome<std::string> usage = reader.read(group.usage);
  if (!usage) return Outcome<GroupUse>::unknown(usage.because());
  const Outcome<std::string> stat = reader.read(group.stat);
  if (!stat) return Outcome<GroupUse>::unknown(stat.because());
  return parse_group_use(*usage, *stat);
}

Outcome<ProcessMemory> parse_statm(std::string_view statm, int64_t page_bytes) {
  const std::vector<std::string_view> fields = words(first_line(statm));
  if (fields.size() < 6) return Outcome<ProcessMemory>::unknown("statm has fewer than six numbers");
  const std::optional<int64_t> resident = whole_number(fields[1]);
  const std::optional<int64_t> shared = whole_number(fields[2]);
  const std::optional<int64_t> data = whole_number(fields[5]);
  if (!resident || !shared || !data) return Outcome<ProcessMemory>::unknown("statm does not hold numbers");
  const auto bytes = [&](int64_t pages) { return std::clamp<int64_t>(pages, 0, kMostBytes / page_bytes) * page_bytes; };
  return ProcessMemory{bytes(*resident - *shared), bytes(*data)};
}

}  // namespace aza
