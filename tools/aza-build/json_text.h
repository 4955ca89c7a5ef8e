// JSON as this tool writes it: two spaces, one line feed at the end, the same bytes for the same value.
#pragma once

#include "json_library.h"

#include <string>

namespace aza::build {

inline std::string json_text(const jsoncons::ojson& json) {
  std::string text;
  jsoncons::json_options options;
  options.indent_size(2);
  json.dump_pretty(text, options);
  return text + "\n";
}

// A string as a JSON literal, quotes and all.
inline std::string json_literal(const std::string& value) {
  return jsoncons::ojson(value).to_string();
}

}  // namespace aza::build
