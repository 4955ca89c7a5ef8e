// Huge pages: how many the shared memory needs, and how many there are.
#include <algorithm>

#include "core/plan_amounts.h"

namespace aza {

// A hugetlb limit of the group counts as well as the pages that are free on the machine: beyond it the server would be
// killed by SIGBUS when it touches a page, instead of being refused one.
HugePageNeed huge_page_need(const HugePages& pages, int64_t shared_memory) {
  if (pages.page_bytes <= 0) return {};
  HugePageNeed need;
  need.needed = shared_memory / pages.page_bytes + (shared_memory % pages.page_bytes != 0 ? 1 : 0);
  need.usable = std::max<int64_t>(pages.free_pages, 0);
  if (pages.limit_bytes) need.usable = std::min(need.usable, *pages.limit_bytes / pages.page_bytes);
  return need;
}

}  // namespace aza
