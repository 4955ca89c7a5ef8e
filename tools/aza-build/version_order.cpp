#include "version_order.h"

#include <charconv>

#include "source_rules.h"

namespace aza::build {

namespace {

struct Shape {
  std::string words;                   // the tag with every number replaced by one 0
  std::vector<unsigned long> numbers;  // in their order
};

Shape shape_of(std::string_view tag) {
  Shape shape;
  while (!tag.empty()) {
    unsigned long number = 0;
    const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), number);
    if (error == std::errc()) {
      shape.words += '0';
      shape.numbers.push_back(number);
      tag.remove_prefix(static_cast<size_t>(end - tag.data()));
    } else {
      shape.words += tag.front();
      tag.remove_prefix(1);
    }
  }
  return shape;
}

// "1.5" and "1.5.1" are of one family: what comes after the first number's separator may repeat.
std::string family(const Shape& shape) {
  std::string words = shape.words;
  for (const char separator : {'.', '_'}) {
    const std::string more = std::string(1, separator) + "0";
    while (words.size() > more.size() && words.ends_with(more)) words.erase(words.size() - more.size());
  }
  return words;
}

}  // namespace

std::string newest_tag(const std::vector<std::string>& tags, const std::string& pinned) {
  std::string newest = pinned;
  Shape best = shape_of(pinned);
  if (is_full_commit(pinned)) return pinned;
  const std::string wanted = family(best);
  for (const std::string& tag : tags) {
    Shape shape = shape_of(tag);
    if (family(shape) != wanted || shape.numbers <= best.numbers) continue;
    newest = tag;
    best = std::move(shape);
  }
  return newest;
}

}  // namespace aza::build
