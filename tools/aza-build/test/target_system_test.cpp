#include "../target_system.h"

#include <gtest/gtest.h>

#include "memory_files.h"

namespace aza::build {
namespace {

constexpr const char* kRules = "path-exclude=/usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\nno-debsig\n";

TEST(PathRules, TheLastOneThatMatchesDecides) {
  const PathRules rules(kRules);
  EXPECT_TRUE(rules.excludes("/usr/share/doc/libgeos/changelog.gz"));
  EXPECT_TRUE(rules.excludes("/usr/share/doc/libgeos/examples/a/b.c"));
  EXPECT_FALSE(rules.excludes("/usr/share/doc/libgeos/copyright"));
  EXPECT_FALSE(rules.excludes("/usr/lib/libgeos.so"));
}

TEST(PathRules, NoneExcludesNothing) {
  EXPECT_FALSE(PathRules().excludes("/usr/share/doc/libgeos/changelog.gz"));
}

TEST(TargetSystem, TakesOutOfATreeWhatTheRulesExclude) {
  MemoryFiles files;
  files.texts = {
      {"s/root/usr/share/doc/p/README", ""}, {"s/root/usr/share/doc/p/copyright", ""}, {"s/root/usr/bin/p", ""}};
  EXPECT_EQ(leave_out(files, PathRules(kRules), "s/root"), "");
  const std::map<std::string, std::string> left = {{"s/root/usr/bin/p", ""}, {"s/root/usr/share/doc/p/copyright", ""}};
  EXPECT_EQ(files.texts, left);
}

TEST(TargetSystem, HasAFingerprintOfBothFiles) {
  MemoryFiles files;
  files.texts = {{"rules", kRules}, {"status", "Package: a\n"}};
  const auto first = read_target(files, "rules", "status");
  ASSERT_TRUE(first) << first.because();
  EXPECT_EQ(first->status, "status");
  EXPECT_TRUE(first->paths.excludes("/usr/share/doc/a/b"));
  files.texts["status"] = "Package: b\n";
  EXPECT_NE(read_target(files, "rules", "status")->fingerprint, first->fingerprint);
  EXPECT_NE(read_target(files, "", "")->fingerprint, first->fingerprint);
}

TEST(TargetSystem, IsUnknownWhereAFileCannotBeRead) {
  const MemoryFiles files;
  EXPECT_EQ(read_target(files, "rules", "").because(), "rules: No such file or directory");
  EXPECT_EQ(read_target(files, "", "status").because(), "status: No such file or directory");
}

}  // namespace
}  // namespace aza::build
