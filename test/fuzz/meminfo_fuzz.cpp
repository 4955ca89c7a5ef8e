// /proc/meminfo of any bytes: numbers are never negative, and free pages never more than it says.
#include "core/huge_page_probe.h"
#include "core/kernel_text.h"
#include "fuzz_check.h"

using namespace aza;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  const Outcome<int64_t> total = named_number(text, "MemTotal");
  fuzz::check(total ? *total >= 0 : !total.because().empty());
  const HugePages pages = parse_huge_pages(text);
  const Outcome<int64_t> free = named_number(text, "HugePages_Free");
  fuzz::check(pages.page_bytes >= 0 && pages.total_pages >= 0 && pages.free_pages >= 0);
  fuzz::check(pages.free_pages <= (free ? *free : 0));
  fuzz::check(!hugetlb_size(pages.page_bytes).empty());
  return 0;
}
