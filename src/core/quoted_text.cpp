#include "core/quoted_text.h"

namespace aza {

std::string doubled(std::string_view text, char mark) {
  std::string result;
  for (const char c : text) {
    if (c == mark) result += mark;
    result += c;
  }
  return result;
}

std::string quoted(std::string_view text, char quote) {
  return quote + doubled(text, quote) + quote;
}

}  // namespace aza
