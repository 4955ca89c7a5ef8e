#include "manifest_schema.h"

#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <jsoncons_ext/jsonschema/jsonschema.hpp>
#pragma GCC diagnostic pop

namespace aza::build {

namespace {

namespace schema_library = jsoncons::jsonschema;

struct Advice {
  std::string_view member;  // last step of the pointer
  std::string_view keyword;
  const char* way_out;
};

constexpr Advice kAdvice[] = {
    {"commit", "pattern", "write all 40 hexadecimal digits; `git ls-remote REPOSITORY TAG` prints them"},
    {"tag", "not", "name a tag or a full commit; branches and words like 'latest' move"},
    {"version", "pattern", "pin one exact version, as `apt-cache policy PACKAGE` prints it"},
    {"name", "pattern", "use lower-case letters, digits and underscores"},
    {"preloadLibrary", "pattern", "write the library's file name without its folder and without .so"},
    {"", "additionalProperties", "see manifest/extensions.schema.json for the keys; this one may be misspelt"},
    {"", "unevaluatedProperties", "see manifest/extensions.schema.json for the keys; this one may be misspelt"},
    {"", "required", "add it"},
    {"", "type", "write a value of the expected type"},
};

std::string way_out(std::string_view pointer, std::string_view keyword) {
  const std::string_view last = pointer.substr(pointer.rfind('/') + 1);
  for (const Advice& advice : kAdvice) {
    if (advice.keyword == keyword && (advice.member.empty() || advice.member == last)) return advice.way_out;
  }
  return "see manifest/extensions.schema.json";
}

// Of a keyword that holds other schemas (allOf, anyOf) the reasons are reported, not the sum of them.
void report(const schema_library::validation_message& message, Findings& findings) {
  for (const auto& reason : message.details()) report(reason, findings);
  if (!message.details().empty()) return;
  const std::string pointer = message.instance_location().string();
  findings.push_back({pointer, message.message(), way_out(pointer, message.keyword()), ""});
}

}  // namespace

Findings validate(const jsoncons::ojson& manifest, std::string_view schema) {
  const auto compiled = schema_library::make_json_schema(jsoncons::ojson::parse(schema));
  Findings findings;
  compiled.validate(manifest, [&](const schema_library::validation_message& message) {
    report(message, findings);
    return schema_library::walk_result::advance;
  });
  return findings;
}

}  // namespace aza::build
