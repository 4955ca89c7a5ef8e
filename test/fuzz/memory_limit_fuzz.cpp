// One limit file of any bytes, as memory.max and as memory.stat: a limit is more than zero and less than "no limit".
#include "../unit/memory_reader.h"
#include "core/memory_limit.h"
#include "fuzz_check.h"

using namespace aza;

static void check_limit(const LimitValue& value) {
  fuzz::check(value.known() == value.because().empty());
  if (value.limits()) fuzz::check(value.amount() > 0 && value.amount() <= kNoLimitAbove);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test::MemoryReader reader;
  for (const char* path : {"/v2/memory.max", "/v2/memory.high", "/v1/memory.limit_in_bytes", "/v1/memory.stat"}) {
    reader.files[path] = fuzz::as_text(data, size);
  }
  for (const VisibleGroup& group : {VisibleGroup{2, {"/v2"}}, VisibleGroup{1, {"/v1/sub", "/v1"}}}) {
    const std::vector<MemoryLimit> limits = read_memory_limits(reader, group);
    for (const MemoryLimit& limit : limits) check_limit(limit.value);
    const MemoryLimit* least = tightest(limits);
    for (const MemoryLimit& limit : limits) {
      if (limit.value.limits()) fuzz::check(least != nullptr && least->value.amount() <= limit.value.amount());
    }
  }
  return 0;
}
