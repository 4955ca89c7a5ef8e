#include "../manifest_editor.h"

#include <gtest/gtest.h>

#include "manifest_example.h"

namespace aza::build {
namespace {

std::string edited(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(ManifestEditor, DisablingChangesTwoLinesOfTheRealManifest) {
  const auto manifest = real_manifest();
  const auto text = disabled_text(manifest, "auto_explain", "a \"good\" reason");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, edited(manifest.text, "      \"enabled\": true,\n",
                          "      \"enabled\": false,\n      \"disabledReason\": \"a \\\"good\\\" reason\",\n"));
}

TEST(ManifestEditor, EnablingGivesTheSameBytesBack) {
  const auto manifest = real_manifest();
  for (const Entry& entry : manifest.manifest.entries) {
    const auto disabled = disabled_text(manifest, entry.name, "why");
    const auto enabled = enabled_text(read_manifest("m", *disabled, schema_text()), entry.name);
    ASSERT_TRUE(enabled) << entry.name;
    EXPECT_EQ(*enabled, manifest.text) << entry.name;
  }
}

TEST(ManifestEditor, KeepsAnEntryOnOneLine) {
  const auto manifest = example(source_entry("a"));
  const auto text = disabled_text(manifest, "a", "why");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, edited(manifest.text, "\"name\": \"a\"",
                          "\"name\": \"a\", \"enabled\": false, \"disabledReason\": \"why\""));
}

TEST(ManifestEditor, ReplacesAnOldReason) {
  const auto manifest = example(source_entry("a", ", \"disabledReason\": \"old\", \"enabled\": true"));
  EXPECT_EQ(*disabled_text(manifest, "a", "new"), edited(edited(manifest.text, "true", "false"), "\"old\"", "\"new\""));
}

TEST(ManifestEditor, RemovesAReasonThatComesFirst) {
  const std::string entry = source_entry("a", ", \"enabled\": false");
  const auto manifest = example(edited(entry, "{ \"name\"", "{ \"disabledReason\": \"x\", \"name\""));
  EXPECT_EQ(*enabled_text(manifest, "a"), edited(with_entries(entry), "false", "true"));
}

TEST(ManifestEditor, RefusesWhatThereIsNothingToDoFor) {
  const auto manifest = example(source_entry("a"));
  EXPECT_EQ(enabled_text(manifest, "a").because(), "a is enabled already");
  EXPECT_EQ(disabled_text(manifest, "b", "why").because(), "there is no entry 'b' in m.json");
}

}  // namespace
}  // namespace aza::build
