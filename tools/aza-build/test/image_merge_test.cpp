#include "../image_merge.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "manifest_example.h"
#include "memory_files.h"

namespace aza::build {
namespace {

struct NoTokens : JobTokens {
  void acquire() override {}
  void release() override {}
  std::string makeflags() const override { return {}; }
};

class Merge : public testing::Test {
protected:
  Merge() {
    shop.toolchain.pkglibdir = "/usr/lib/pg";
    shop.toolchain.sharedir = "/usr/share/pg";
    shop.toolchain.bindir = "/usr/lib/pgbin";
    files.texts["/usr/lib/pg/plpgsql.so"] = "server";
  }

  void stage(const std::string& name, std::vector<std::string> paths, bool enabled = true) {
    auto& record = records.emplace_back();
    record.name = name;
    record.how = "source";
    record.enabled = enabled;
    for (const std::string& path : paths) files.texts["/stage/" + name + "/root/" + path] = name;
    record.files = *record_files(files, "/stage/" + name + "/root");
  }

  std::vector<StagedEntry> staged() const {
    std::vector<StagedEntry> entries;
    for (const RecordedEntry& record : records) entries.push_back({&record, "/stage/" + record.name});
    return entries;
  }

  MergeOutcome merge() { return merge_image(shop, {"/image", false, false, kDestdirRecord}, staged(), "debian"); }

  std::vector<std::string> image() const {
    std::vector<std::string> paths;
    for (const auto& [path, text] : files.texts) {
      if (path.starts_with("/image/") && !path.ends_with(".json")) paths.push_back(path.substr(7));
    }
    return paths;
  }

  MemoryFiles files;
  ScriptedCommands commands;
  NoTokens tokens;
  ProgressView progress{[](std::string_view) {}, false};
  Manifest manifest;
  Workshop shop{files, commands, tokens, progress, manifest, {}, "/w", "/c", "", "", {}};
  std::vector<RecordedEntry> records;
};

// By its recorded list, never by a glob on its name: pg_cron* would hit pg_cron_extra as well.
TEST_F(Merge, GateTwoRemovesTheDisabledEntrysFilesAndNothingElse) {
  stage("pg_cron", {"usr/lib/pg/pg_cron.so", "usr/share/pg/extension/pg_cron.control"}, false);
  stage("pg_cron_extra", {"usr/lib/pg/pg_cron_extra.so"});
  const MergeOutcome outcome = merge();
  EXPECT_EQ(outcome.trouble, "");
  EXPECT_EQ(image(), (std::vector<std::string>{"usr/lib/pg/pg_cron_extra.so"}));
  EXPECT_EQ(outcome.lines, (std::vector<std::string>{
                               "[ext-build] Removing 1 disabled extension(s) from image",
                               "[ext-build]   Cleaning up: pg_cron",
                               "[ext-build]     ✓ Removed pg_cron.so",
                               "[ext-build]     ✓ Removed pg_cron.control",
                               "[ext-build] Disabled extensions built and tested, then removed from image",
                           }));
}

TEST_F(Merge, ASecondTimeThereIsNothingToDo) {
  stage("a", {"usr/lib/pg/a.so"});
  stage("off", {"usr/lib/pg/off.so"}, false);
  EXPECT_TRUE(merge().changed);
  EXPECT_FALSE(merge().changed);
  files.texts.erase("/image/usr/lib/pg/a.so");
  EXPECT_TRUE(merge().changed);
}

TEST_F(Merge, AFullDiskLeavesTheImageAsItWas) {
  stage("a", {"usr/lib/pg/a.so"});
  merge();
  records.clear();
  stage("a", {"usr/lib/pg/a.so"});
  files.texts["/stage/a/root/usr/lib/pg/a.so"] = "newer";
  records[0].files = *record_files(files, "/stage/a/root");
  stage("b", {"usr/lib/pg/b.so"});
  files.full_disk_at = "/image/usr/lib/pg/b.so.aza-new";
  EXPECT_EQ(merge().trouble, "/image/usr/lib/pg/b.so.aza-new: No space left on device");
  EXPECT_EQ(files.texts.at("/image/usr/lib/pg/a.so"), "a");
  EXPECT_EQ(image(), (std::vector<std::string>{"usr/lib/pg/a.so"}));
}

TEST_F(Merge, AnInterruptionLeavesTheImageAsItWas) {
  stage("a", {"usr/lib/pg/a.so"});
  commands.is_interrupted = true;
  EXPECT_EQ(merge().trouble, "interrupted");
  EXPECT_TRUE(image().empty());
}

TEST_F(Merge, ALibraryThatAnEnabledEntrySharesStays) {
  stage("on", {"usr/lib/pg/on.so"});
  stage("off", {"usr/lib/pg/off.so"}, false);
  for (RecordedEntry& record : records) {
    const std::string root = "/stage/" + record.name + "/runtime-libx";
    files.texts[root + "/usr/lib/libx.so.1"] = "x";
    record.runtime.push_back({"libx", "1", *record_files(files, root)});
  }
  merge();
  EXPECT_EQ(image(), (std::vector<std::string>{"usr/lib/libx.so.1", "usr/lib/pg/on.so"}));
}

TEST_F(Merge, TwoEntriesOfOnePathAreRefused) {
  stage("a", {"usr/lib/pg/x.so"});
  stage("b", {"usr/lib/pg/x.so", "usr/lib/pg/b.so"});
  const Findings findings = path_conflicts(staged());
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].message, "a and b both install /usr/lib/pg/x.so");
}

TEST_F(Merge, APrefixHasTheFoldersThatTheServerLooksFor) {
  const ImageLayout layout{"/p", true, false, kPrefixRecord};
  EXPECT_EQ(layout.target(shop.toolchain, "usr/lib/pg/a.so"), "lib/a.so");
  EXPECT_EQ(layout.target(shop.toolchain, "usr/share/pg/extension/a.control"), "share/extension/a.control");
  EXPECT_EQ(layout.target(shop.toolchain, "usr/lib/pgbin/tool"), "bin/tool");
  EXPECT_EQ(layout.target(shop.toolchain, "usr/share/doc/a"), "share/doc/a");
  EXPECT_EQ(layout.target(shop.toolchain, "etc/a"), "etc/a");
}

TEST(InstalledRecord, IsReadAsItWasWritten) {
  InstalledRecord record{"PostgreSQL 18.6", "cc", "debian", {"usr/lib"}, {{"usr/lib/x", "ab", 3}}, {}};
  RecordedEntry entry;
  entry.name = "a";
  entry.commit = "c";
  entry.enabled = false;
  entry.files = {{"p", "s", 7}};
  entry.runtime = {{"libx", "1", {{"q", "t", 8}}}};
  record.entries.push_back(entry);
  const std::string text = record_text(record);
  const auto again = parse_record(text);
  ASSERT_TRUE(again) << again.because();
  EXPECT_EQ(record_text(*again), text);
  EXPECT_FALSE(parse_record("{}"));
}

}  // namespace
}  // namespace aza::build
