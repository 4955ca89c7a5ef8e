// What a human may type for memory and CPUs: inside the bounds, or an error of three printable parts. A size that is
// understood is understood again as we print it.
#include "core/bytes.h"
#include "fuzz_check.h"

using namespace aza;

static void check_printable(const std::string& text) {
  fuzz::check(!text.empty());
  for (const char c : text) fuzz::check(c >= ' ' && c <= '~');
}

static void check_error(const InputError& error) {
  check_printable(error.message);
  check_printable(error.detail);
  check_printable(error.hint);
}

static void check_memory(std::string_view text) {
  const auto memory = parse_memory("POSTGRES_MEMORY", text);
  if (const auto* error = std::get_if<InputError>(&memory)) return check_error(*error);
  const int64_t mib = std::get<int64_t>(memory);
  fuzz::check(mib >= kMinOverrideMib && mib <= kMaxOverrideMib);
  fuzz::check(std::get<int64_t>(parse_memory("again", exact_size(mib * kMiB))) == mib);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_memory(text);
  const auto cpus = parse_cpus("POSTGRES_CPUS", text);
  if (const auto* error = std::get_if<InputError>(&cpus)) {
    check_error(*error);
  } else {
    fuzz::check(std::get<int>(cpus) >= 1 && std::get<int>(cpus) <= 4096);
  }
  return 0;
}
