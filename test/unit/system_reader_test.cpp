// The real file system, in a folder of our own.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/reader.h"

namespace aza {
namespace {

namespace fs = std::filesystem;

class SystemReaderTest : public testing::Test {
protected:
  SystemReaderTest() {
    char name[] = "/tmp/aza-reader-XXXXXX";
    root_ = mkdtemp(name);
    fs::create_directories(root_ / "folder");
    write("folder/b", "bee\n");
    write("folder/a", std::string("a\0b", 3));
  }
  ~SystemReaderTest() override { fs::remove_all(root_); }

  void write(const char* name, const std::string& text) { std::ofstream(root_ / name, std::ios::binary) << text; }

  fs::path root_;
};

TEST_F(SystemReaderTest, ReadsBelowItsRoot) {
  const auto reader = system_reader(root_.string() + "//");
  EXPECT_EQ(*reader->read("/folder/b"), "bee\n");
  EXPECT_EQ(*reader->read("/folder/a"), std::string("a\0b", 3));
  EXPECT_EQ(*reader->list("/folder"), (std::vector<std::string>{"a", "b"}));
}

TEST_F(SystemReaderTest, SaysWhatIsMissingAndWhatCannotBeRead) {
  const auto reader = system_reader(root_);
  EXPECT_EQ(reader->read("/none").because(), SystemReader::kMissing);
  EXPECT_EQ(reader->list("/none").because(), SystemReader::kMissing);
  EXPECT_EQ(reader->read("/folder").because(), "Is a directory");
  EXPECT_EQ(reader->list("/folder/b").because(), "Not a directory");
  EXPECT_EQ(reader->read("/folder/b/c").because(), "Not a directory");
  EXPECT_EQ(reader->read("/" + std::string(5000, 'x')).because(), "File name too long");
}

TEST_F(SystemReaderTest, ReadsUpToAMegabyte) {
  const auto reader = system_reader(root_);
  write("full", std::string(SystemReader::kMaxFile, 'x'));
  EXPECT_EQ(reader->read("/full")->size(), SystemReader::kMaxFile);
  write("more", std::string(SystemReader::kMaxFile + 1, 'x'));
  EXPECT_EQ(reader->read("/more").because(), "larger than 1MB");
}

TEST_F(SystemReaderTest, IsNotHeldUpByAPipe) {
  ASSERT_EQ(mkfifo((root_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(*system_reader(root_)->read("/pipe"), "");
}

class KeepingReaderTest : public SystemReaderTest {
protected:
  // Of this process, below the test's folder.
  size_t open_files() const {
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (fs::read_symlink(entry.path(), gone).string().starts_with(root_.string())) count++;
    }
    return count;
  }
};

TEST_F(KeepingReaderTest, KeepsFilesOpenAndReadsThemFromTheirBeginning) {
  const auto reader = keeping_reader(root_, 2);
  EXPECT_EQ(*reader->read("/folder/b"), "bee\n");
  EXPECT_EQ(open_files(), 1);
  write("folder/b", "a longer one\n");
  EXPECT_EQ(*reader->read("/folder/b"), "a longer one\n");
  write("folder/b", "");
  EXPECT_EQ(*reader->read("/folder/b"), "");
  EXPECT_EQ(open_files(), 1);
}

TEST_F(KeepingReaderTest, LooksUpAnewWhatHasGone) {
  const auto reader = keeping_reader(root_, 2);
  EXPECT_EQ(*reader->read("/folder/b"), "bee\n");
  fs::remove(root_ / "folder/b");
  EXPECT_EQ(reader->read("/folder/b").because(), SystemReader::kMissing);
  EXPECT_EQ(open_files(), 0);
  write("folder/b", "another\n");
  EXPECT_EQ(*reader->read("/folder/b"), "another\n");
  EXPECT_EQ(reader->read("/folder").because(), "Is a directory");
  EXPECT_EQ(open_files(), 1);
}

TEST_F(KeepingReaderTest, LooksUpAnewAProcessThatHasEnded) {
  const auto reader = keeping_reader("/", 2);
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  const std::string path = "/proc/" + std::to_string(child) + "/statm";
  EXPECT_FALSE(reader->read(path)->empty());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(reader->read(path).because(), SystemReader::kMissing);
}

TEST_F(KeepingReaderTest, KeepsNoMoreThanItMay) {
  const auto reader = keeping_reader(root_, 2);
  for (const char* name : {"1", "2", "3", "4", "5"}) {
    write(name, name);
    EXPECT_EQ(*reader->read(std::string("/") + name), name);
    EXPECT_LE(open_files(), 2);
  }
  EXPECT_EQ(*reader->read("/1"), "1");
}

TEST_F(SystemReaderTest, TakesSystemCallsFromTheFolder) {
  const auto reader = system_reader(root_);
  EXPECT_EQ(reader->affinity_cpus().because(), SystemReader::kMissing);
  write("affinity", "6\n");
  write("free_bytes", "1000\n");
  EXPECT_EQ(*reader->affinity_cpus(), 6);
  EXPECT_EQ(*reader->free_bytes("/anywhere"), 1000);
  write("affinity", "six\n");
  EXPECT_EQ(reader->affinity_cpus().because(), "not a number");
}

TEST_F(SystemReaderTest, AsksTheMachineItself) {
  for (const char* root : {"/", ""}) {
    const auto reader = system_reader(root);
    EXPECT_GE(*reader->affinity_cpus(), 1);
    EXPECT_GT(*reader->free_bytes(root_.string()), 0);
    EXPECT_EQ(reader->free_bytes((root_ / "none").string()).because(), SystemReader::kMissing);
    EXPECT_TRUE(reader->read("/proc/meminfo")->starts_with("MemTotal:"));
  }
}

}  // namespace
}  // namespace aza
