#include "core/huge_page_probe.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/kernel_text.h"
#include "core/memory_limit.h"

namespace aza {

namespace {

int64_t number_or_zero(std::string_view meminfo, std::string_view name) {
  const Outcome<int64_t> number = named_number(meminfo, name);
  return number ? *number : 0;
}

// Unlike a memory limit, 0 is meant: no huge pages at all.
LimitValue parse_hugetlb_limit(std::string_view text) {
  if (first_line(text) == "0") return LimitValue::of(0);
  return parse_memory_limit(text);
}

}  // namespace

HugePages parse_huge_pages(std::string_view meminfo) {
  HugePages pages;
  pages.page_bytes = number_or_zero(meminfo, "Hugepagesize");
  pages.total_pages = number_or_zero(meminfo, "HugePages_Total");
  const int64_t free = number_or_zero(meminfo, "HugePages_Free");
  pages.free_pages = std::max<int64_t>(0, free - number_or_zero(meminfo, "HugePages_Rsvd"));
  int64_t bytes = 0;  // what does not fit into 63 bits is no machine, and nobody behind this need fear to multiply
  const int64_t most_pages = std::max(pages.total_pages, pages.free_pages);
  return __builtin_mul_overflow(pages.page_bytes, most_pages, &bytes) ? HugePages{} : pages;
}

std::string hugetlb_size(int64_t page_bytes) {
  if (page_bytes >= kGiB) return fmt::format("{}GB", page_bytes / kGiB);
  if (page_bytes >= kMiB) return fmt::format("{}MB", page_bytes / kMiB);
  return fmt::format("{}KB", page_bytes / kKiB);
}

std::optional<int64_t> hugetlb_limit(const SystemReader& reader, const VisibleGroup& group, int64_t page_bytes,
                                     std::vector<Fact>* facts) {
  std::optional<int64_t> least;
  const char* suffix = group.version == 2 ? "max" : "limit_in_bytes";
  for (const std::string& level : group.levels) {
    for (const char* kind : {"", "rsvd."}) {
      const std::string name = fmt::format("hugetlb.{}.{}{}", hugetlb_size(page_bytes), kind, suffix);
      const std::string path = fmt::format("{}/{}", level, name);
      const Outcome<std::string> text = reader.read(path);
      if (!text) continue;
      const LimitValue limit = parse_hugetlb_limit(*text);
      if (!limit.known()) facts->push_back({name, "unknown", path, limit.because()});
      if (!limit.limits()) continue;
      facts->push_back({name, exact_size(limit.amount()), path, limit.amount() == 0 ? "no huge page may be used" : ""});
      least = std::min(least.value_or(INT64_MAX), limit.amount());
    }
  }
  return least;
}

}  // namespace aza
