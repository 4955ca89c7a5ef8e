// A list of CPUs of any bytes: between 1 and every CPU that may be named, and said twice it is the same.
#include <string>

#include "core/kernel_text.h"
#include "fuzz_check.h"

using namespace aza;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLongest = 4096;  // longer lists only repeat
  const std::string list(fuzz::as_text(data, size).substr(0, kLongest));
  const Outcome<int> count = list_count(list);
  if (!count) {
    fuzz::check(!count.because().empty());
    return 0;
  }
  fuzz::check(*count >= 1 && *count <= kMaxListId + 1);
  const Outcome<int> twice = list_count(list + "," + list);
  fuzz::check(twice && *twice == *count);
  return 0;
}
