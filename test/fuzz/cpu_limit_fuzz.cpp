// A quota of v2 and v1 of any bytes: at least one CPU, or a reason.
#include "core/cpu_limit.h"
#include "fuzz_check.h"

using namespace aza;

static void check_limit(const CpuLimit& limit) {
  fuzz::check(limit.value.known() == limit.value.because().empty());
  if (limit.value.limits()) fuzz::check(limit.value.amount() >= 1 && !limit.text.empty());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_limit(parse_cpu_max(text));
  const size_t middle = text.find('|');  // quota and period of v1
  if (middle != std::string_view::npos) check_limit(parse_cfs_quota(text.substr(0, middle), text.substr(middle + 1)));
  return 0;
}
