// What the schema refuses, each with its pointer.
#include <gtest/gtest.h>

#include "manifest_example.h"

namespace aza::build {
namespace {

struct Case {
  const char* what;
  std::string from, to;  // an edit of a sound entry
  const char* pointer;
};

std::ostream& operator<<(std::ostream& out, const Case& each) {
  return out << each.what;
}

class Schema : public testing::TestWithParam<Case> {};

TEST_P(Schema, RefusesWithAPointer) {
  std::string entry = source_entry("a", ", \"enabled\": true");
  const size_t at = entry.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  entry.replace(at, GetParam().from.size(), GetParam().to);
  const auto manifest = example(entry);
  ASSERT_EQ(manifest.findings.size(), 1U);
  EXPECT_EQ(manifest.findings[0].pointer, GetParam().pointer);
  EXPECT_NE(manifest.findings[0].way_out, "");
}

INSTANTIATE_TEST_SUITE_P(
    Entries, Schema,
    testing::Values(Case{"an abbreviated commit", "0123456789012345678901234567890123456789", "0123456",
                         "/entries/0/source/commit"},
                    Case{"a commit in capitals", "0123456789012345678901234567890123456789",
                         "0123456789ABCDEF012345678901234567890123", "/entries/0/source/commit"},
                    Case{"a branch for a tag", "\"v1\"", "\"main\"", "/entries/0/source/tag"},
                    Case{"a word for a tag", "\"v1\"", "\"latest\"", "/entries/0/source/tag"},
                    Case{"an unknown kind", "\"kind\": \"extension\"", "\"kind\": \"plugin\"", "/entries/0/kind"},
                    Case{"an unknown build", "\"pgxs\"", "\"bazel\"", "/entries/0/build/type"},
                    Case{"an unknown key", "\"enabled\"", "\"enable\"", "/entries/0/enable"},
                    Case{"a wrong type", "true", "\"true\"", "/entries/0/enabled"},
                    Case{"a name with a dash", "\"name\": \"a\"", "\"name\": \"a-b\"", "/entries/0/name"},
                    Case{"a folder above", "\"type\": \"pgxs\"", "\"type\": \"pgxs\", \"subdir\": \"../x\"",
                         "/entries/0/build/subdir"},
                    Case{"no reason", "\"enabled\": true", "\"enabled\": false", "/entries/0"},
                    Case{"no library to preload", "\"runtime\": {}", "\"runtime\": { \"sharedPreload\": true }",
                         "/entries/0/runtime"},
                    Case{"an unpinned package", "\"enabled\": true",
                         "\"packages\": { \"debian\": { \"package\": \"x1\" } }", "/entries/0/packages/debian"},
                    Case{"any version", "\"enabled\": true",
                         "\"packages\": { \"debian\": { \"package\": \"x1\", \"version\": \"*\" } }",
                         "/entries/0/packages/debian/version"},
                    Case{"an unknown channel", "\"enabled\": true",
                         "\"packages\": { \"sid\": { \"package\": \"x1\", \"version\": \"1\" } }",
                         "/entries/0/packages/sid"},
                    Case{"a patch elsewhere", "\"type\": \"pgxs\"", "\"type\": \"pgxs\", \"patches\": [\"../x.patch\"]",
                         "/entries/0/build/patches/0"},
                    Case{"source without a build", "\"build\": { \"type\": \"pgxs\" }, ", "", "/entries/0"},
                    Case{"no licence", ", \"licence\": \"MIT\"", "", "/entries/0"}));

TEST(SchemaFile, AcceptsTheExample) {
  EXPECT_TRUE(example(source_entry("a")).findings.empty());
}

TEST(SchemaFile, TextThatIsNoJsonIsOneFinding) {
  const auto manifest = read_manifest("m.json", "{\n  \"entries\": [,]\n}", schema_text());
  ASSERT_EQ(manifest.findings.size(), 1U);
  EXPECT_TRUE(render(manifest.findings[0], manifest).starts_with("m.json:2:15: /: not JSON: "))
      << render(manifest.findings[0], manifest);
}

TEST(SchemaFile, ABrokenSchemaIsAFinding) {
  const auto manifest = read_manifest("m.json", "{}", "{");
  ASSERT_EQ(manifest.findings.size(), 1U);
  EXPECT_EQ(manifest.findings[0].message.substr(0, 15), "cannot be read:");
}

TEST(SchemaFile, ADuplicateKeyIsAFinding) {
  const auto manifest = example(source_entry("a", ", \"name\": \"b\""));
  ASSERT_EQ(manifest.findings.size(), 1U);
  EXPECT_EQ(manifest.findings[0].pointer, "/entries/0/name");
  EXPECT_EQ(manifest.findings[0].message, "the key is there twice, and the second one would silently win");
}

}  // namespace
}  // namespace aza::build
