// What a fuzzer asserts, also where NDEBUG would take assert() away.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace aza::fuzz {

inline void check(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view as_text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace aza::fuzz
