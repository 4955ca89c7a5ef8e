// Plain data: what crosses from core to the server. It owns nothing, so that a longjmp can skip no destructor, and it
// is inherited by fork.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace aza {

// Text of at most N-1 bytes; longer text is cut at a character's border and ends in "...".
template <size_t N>
struct Text {
  char bytes[N];

  const char* c_str() const { return bytes; }
  bool empty() const { return bytes[0] == '\0'; }

  void set(std::string_view from) {
    size_t length = from.size();
    if (length >= N) {
      length = N - 4;
      while (length > 0 && (static_cast<unsigned char>(from[length]) & 0xC0) == 0x80) length--;
    }
    memcpy(bytes, from.data(), length);
    if (length < from.size()) {
      memcpy(bytes + length, "...", 3);
      length += 3;
    }
    bytes[length] = '\0';
  }
};

// At most N values in place; `add` beyond that is dropped and answered by nullptr.
template <class T, int N>
struct Rows {
  int count;
  T rows[N];

  const T* begin() const { return rows; }
  const T* end() const { return rows + count; }
  T* add() { return count < N ? &rows[count++] : nullptr; }
};

}  // namespace aza
