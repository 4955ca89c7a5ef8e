// Where each value of a JSON text stands, by its JSON pointer: for messages with line and column, and for edits that
// leave every other byte alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aza::build {

struct TextPlace {
  size_t line = 1;    // from 1
  size_t column = 1;  // from 1, in bytes
};

class JsonPositions {
public:
  struct Node {
    std::string key;       // member name; empty for array elements and the root
    size_t key_begin = 0;  // offset of the member name's quote, or of the value where there is no name
    size_t begin = 0;      // offsets of the value: [begin, end)
    size_t end = 0;
    size_t next = 0;  // index of the next sibling, 0 at the last one
    bool is_array = false;
    bool is_object = false;
  };

  // A text that is not JSON gives an error and the positions up to it.
  static JsonPositions scan(std::string_view text);

  const std::string& error() const { return error_; }  // empty: the text is JSON
  TextPlace error_place() const { return error_place_; }
  const std::vector<std::string>& duplicate_keys() const { return duplicates_; }  // pointers

  const Node* find(std::string_view pointer) const;
  // The node, or the nearest of its parents that exists: a missing member is reported at its object.
  const Node* find_nearest(std::string_view pointer) const;
  const Node* previous_sibling(const Node& parent, const Node& node) const;
  const Node* next_sibling(const Node& node) const { return node.next ? &nodes_[node.next] : nullptr; }
  TextPlace place(size_t offset) const;

private:
  friend class PositionScan;
  const Node* child(const Node& parent, std::string_view token) const;

  std::vector<Node> nodes_;  // in document order: a container's first child follows it
  std::vector<size_t> line_starts_;
  std::vector<std::string> duplicates_;
  std::string error_;
  TextPlace error_place_;
};

// "~" and "/" in a member name, escaped as RFC 6901 says.
std::string escape_pointer_token(std::string_view key);

}  // namespace aza::build
