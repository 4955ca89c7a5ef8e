#include "json_positions.h"

#include "json_library.h"

#include <algorithm>
#include <unordered_set>

namespace aza::build {

namespace {

std::string unescape_pointer_token(std::string_view token) {
  std::string key;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      key += token[++i] == '1' ? '/' : '~';
    } else {
      key += token[i];
    }
  }
  return key;
}

std::vector<size_t> line_starts(std::string_view text) {
  std::vector<size_t> starts{0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  return starts;
}

}  // namespace

std::string escape_pointer_token(std::string_view key) {
  std::string token;
  for (char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

// The library's cursor says where each token ends; it begins at the first byte after the previous one that is neither
// white space nor a separator.
class PositionScan {
public:
  PositionScan(std::string_view text, JsonPositions& out) : text_(text), out_(out) {
    out_.line_starts_ = line_starts(text);
  }

  void run() {
    std::error_code error;
    jsoncons::json_string_cursor cursor(text_, error);
    while (!error && !cursor.done()) {
      token(cursor);
      cursor.next(error);
    }
    if (!error) cursor.check_done(error);
    if (!error) return;
    out_.error_ = error.message();
    out_.error_place_ = {cursor.context().line(), cursor.context().column()};
  }

private:
  struct Open {
    size_t node = 0;
    size_t last_child = 0;
    size_t children = 0;
    std::unordered_set<std::string> keys;
  };

  void token(jsoncons::json_string_cursor& cursor) {
    const size_t end = out_.line_starts_[cursor.context().line() - 1] + cursor.context().column() - 1;
    const size_t begin = std::min(text_.find_first_not_of(" \t\r\n,:", last_end_), end);
    last_end_ = end;
    const auto& event = cursor.current();
    using Type = jsoncons::staj_event_type;
    switch (event.event_type()) {
      case Type::key:
        key(event.get<std::string>(), begin);
        break;
      case Type::end_object:
      case Type::end_array:
        out_.nodes_[open_.back().node].end = end;
        open_.pop_back();
        break;
      default:
        value(event.event_type(), begin, end);
    }
  }

  void key(std::string name, size_t begin) {
    if (!open_.back().keys.insert(name).second) {
      out_.duplicates_.push_back(path() + "/" + escape_pointer_token(name));
    }
    key_ = std::move(name);
    key_begin_ = begin;
  }

  void value(jsoncons::staj_event_type type, size_t begin, size_t end) {
    using Type = jsoncons::staj_event_type;
    const size_t index = out_.nodes_.size();
    const bool in_object = !open_.empty() && out_.nodes_[open_.back().node].is_object;
    JsonPositions::Node node;
    if (in_object) node.key = key_;
    node.key_begin = in_object ? key_begin_ : begin;
    node.begin = begin;
    node.end = end;
    node.is_array = type == Type::begin_array;
    node.is_object = type == Type::begin_object;
    const bool container = node.is_array || node.is_object;
    out_.nodes_.push_back(std::move(node));
    if (!open_.empty()) {
      Open& parent = open_.back();
      if (parent.children++ > 0) out_.nodes_[parent.last_child].next = index;
      parent.last_child = index;
    }
    if (container) open_.push_back({index, 0, 0, {}});
  }

  std::string path() const {
    std::string pointer;
    for (size_t i = 1; i < open_.size(); ++i) {
      const bool in_array = out_.nodes_[open_[i - 1].node].is_array;
      const std::string& name = out_.nodes_[open_[i].node].key;
      pointer += "/" + (in_array ? std::to_string(open_[i - 1].children - 1) : escape_pointer_token(name));
    }
    return pointer;
  }

  std::string_view text_;
  JsonPositions& out_;
  std::vector<Open> open_;
  std::string key_;
  size_t key_begin_ = 0;
  size_t last_end_ = 0;
};

JsonPositions JsonPositions::scan(std::string_view text) {
  JsonPositions positions;
  PositionScan(text, positions).run();
  return positions;
}

const JsonPositions::Node* JsonPositions::child(const Node& parent, std::string_view token) const {
  const std::string key = unescape_pointer_token(token);
  const size_t first = static_cast<size_t>(&parent - nodes_.data()) + 1;
  if (first >= nodes_.size() || nodes_[first].key_begin >= parent.end) return nullptr;
  size_t position = 0;
  for (const Node* node = &nodes_[first]; node; node = next_sibling(*node), ++position) {
    if (parent.is_object ? node->key == key : std::to_string(position) == key) return node;
  }
  return nullptr;
}

const JsonPositions::Node* JsonPositions::find_nearest(std::string_view pointer) const {
  if (nodes_.empty()) return nullptr;
  const Node* node = nodes_.data();
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const size_t slash = std::min(pointer.find('/'), pointer.size());
    const Node* next = child(*node, pointer.substr(0, slash));
    if (!next) return node;
    node = next;
    pointer.remove_prefix(slash);
  }
  return node;
}

const JsonPositions::Node* JsonPositions::find(std::string_view pointer) const {
  if (nodes_.empty()) return nullptr;
  const Node* node = nodes_.data();
  while (node && !pointer.empty()) {
    pointer.remove_prefix(1);
    const size_t slash = std::min(pointer.find('/'), pointer.size());
    node = child(*node, pointer.substr(0, slash));
    pointer.remove_prefix(slash);
  }
  return node;
}

const JsonPositions::Node* JsonPositions::previous_sibling(const Node& parent, const Node& node) const {
  const Node* previous = nullptr;
  for (const Node* each = &nodes_[static_cast<size_t>(&parent - nodes_.data()) + 1]; each && each != &node;
       each = next_sibling(*each)) {
    previous = each;
  }
  return previous;
}

TextPlace JsonPositions::place(size_t offset) const {
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return {static_cast<size_t>(after - line_starts_.begin()), offset - *(after - 1) + 1};
}

}  // namespace aza::build
