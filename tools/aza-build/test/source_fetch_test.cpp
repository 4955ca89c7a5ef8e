#include "../source_fetch.h"

#include <gtest/gtest.h>

#include "manifest_example.h"
#include "memory_files.h"

namespace aza::build {
namespace {

const std::string kPinned = "0123456789012345678901234567890123456789";
const std::string kOther = "9999999999999999999999999999999999999999";

struct NoTokens : JobTokens {
  void acquire() override {}
  void release() override {}
  std::string makeflags() const override { return {}; }
};

class FetchSource : public testing::Test {
protected:
  FetchSource() {
    commands.script = [this](const Command& command) { return answer(command); };
  }

  // git, as an upstream that is as it should be, but for what a test changes.
  CommandResult answer(const Command& command) {
    const auto has = [&](const std::string& word) {
      return std::find(command.argv.begin(), command.argv.end(), word) != command.argv.end();
    };
    std::string output;
    if (has("ls-remote")) output = listed;
    if (has("checkout")) files.texts[command.folder + "/.git/HEAD"] = "x";
    if (has("rev-parse")) output = head + "\n";
    if (has("status") && !has("submodule")) output = changes;
    if (has("get-regexp") || has("--get-regexp")) output = "submodule.x.url " + submodule + "\n";
    if (has("status") && has("submodule")) output = submodule_state;
    if (has("log")) output = "1700000000\n";
    return {0, output, output, false};
  }

  Outcome<FetchedSource> fetch() { return fetch_source(shop, manifest.entries[0]); }

  std::string listed = "1111111111111111111111111111111111111111\trefs/tags/v1\n" + kPinned + "\trefs/tags/v1^{}\n";
  std::string head = kPinned, changes, submodule = "https://github.com/a/b.git", submodule_state;
  Manifest manifest = example(source_entry("a")).manifest;
  MemoryFiles files;
  ScriptedCommands commands;
  NoTokens tokens;
  ProgressView progress{[](std::string_view) {}, false};
  Workshop shop{files, commands, tokens, progress, manifest, {}, "/w", "/c", "", "", {{"PATH", "/bin"}}};
};

TEST_F(FetchSource, ByCommitAndShallow) {
  const auto source = fetch();
  ASSERT_TRUE(source) << source.because();
  EXPECT_EQ(source->folder, "/c/git/a-012345678901");
  EXPECT_EQ(source->epoch, "1700000000");
  bool fetched = false;
  for (const Command& command : commands.seen) {
    fetched |=
        command_text(command.argv).ends_with("fetch --quiet --depth 1 --no-tags https://github.com/o/r.git " + kPinned);
    EXPECT_EQ(command.environment.at("GIT_TERMINAL_PROMPT"), "0");
  }
  EXPECT_TRUE(fetched);
}

TEST_F(FetchSource, AMovedTagIsRefusedWithBothHashes) {
  listed = kOther + "\trefs/tags/v1\n";
  EXPECT_EQ(fetch().because(), "the tag 'v1' of https://github.com/o/r.git was moved: the manifest pins " + kPinned +
                                   ", upstream now has " + kOther);
}

TEST_F(FetchSource, ATagThatIsGoneIsRefused) {
  listed = "";
  EXPECT_EQ(fetch().because(), "https://github.com/o/r.git has no tag 'v1' any more");
}

TEST_F(FetchSource, AnotherHeadIsRefusedWithBothHashes) {
  head = kOther;
  EXPECT_EQ(fetch().because(), "the source's HEAD is " + kOther + ", the manifest pins " + kPinned);
}

TEST_F(FetchSource, AChangedCacheIsRefused) {
  ASSERT_TRUE(fetch());
  changes = " M x.c\n";
  EXPECT_EQ(fetch().because(), "the source in /c/git/a-012345678901 was changed:\n M x.c\n");
}

TEST_F(FetchSource, ACachedSourceIsNotAskedForAgain) {
  ASSERT_TRUE(fetch());
  commands.seen.clear();
  ASSERT_TRUE(fetch());
  for (const Command& command : commands.seen) {
    EXPECT_EQ(command_text(command.argv).find("github.com"), std::string::npos) << command_text(command.argv);
  }
}

TEST_F(FetchSource, SubmodulesAreHeldToTheSameHosts) {
  files.texts["/c/git/a-012345678901.new/.gitmodules"] = "x";
  // The folder is emptied before the fetch; the checkout brings the file.
  auto inner = commands.script;
  commands.script = [this, inner](const Command& command) {
    if (command.argv.back() == kPinned) files.texts[command.folder + "/.gitmodules"] = "x";
    return inner(command);
  };
  submodule = "http://evil.example/x";
  EXPECT_EQ(fetch().because(), "submodule submodule.x.url: 'http://evil.example/x' is not an https:// address");
}

TEST_F(FetchSource, ASubmoduleElsewhereIsRefused) {
  submodule_state = "+" + kOther + " x (v2)\n";
  EXPECT_EQ(fetch().because(), "a submodule is not at its pinned commit: +" + kOther + " x (v2)");
}

TEST_F(FetchSource, AFailingCommandIsShownWithItsLastLines) {
  commands.script = [](const Command&) { return CommandResult{128, "", "fatal: no route\n", false}; };
  EXPECT_EQ(fetch().because(),
            "asking for the tag failed (status 128): git -c advice.detachedHead=false -c core.autocrlf=false ls-remote "
            "https://github.com/o/r.git refs/tags/v1 refs/tags/v1^{}\nfatal: no route\n");
}

}  // namespace
}  // namespace aza::build
