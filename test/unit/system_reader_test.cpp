// The real file system, in a folder of our own.
#include <gtest/gtest.h>

#include <sys/stat.h>

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
