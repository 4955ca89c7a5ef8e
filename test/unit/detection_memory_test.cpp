// Machines that no folder can hold: unreadable and huge files, the word of libcgroup, limits that change.
#include <gtest/gtest.h>

#include "core/detection.h"
#include "core/libcgroup.h"
#include "core/limit_watch.h"
#include "detection_text.h"
#include "memory_reader.h"

namespace aza::test {
namespace {

constexpr const char* kMount = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
constexpr const char* kMax = "/sys/fs/cgroup/memory.max";

MemoryReader container(const std::string& limit) {
  MemoryReader reader;
  reader.files = {{"/proc/meminfo", "MemTotal: 16777216 kB\n"},
                  {"/proc/self/cgroup", "0::/\n"},
                  {"/proc/self/mountinfo", kMount},
                  {kMax, limit},
                  {"/sys/fs/cgroup/memory.current", "1\n"}};
  return reader;
}

Detection found_in(const MemoryReader& reader, const CgroupLibrary* library = nullptr) {
  return std::get<Detection>(detect(reader, {}, "/pg_wal", library));
}

bool has_fact(const Detection& found, const std::string& text) {
  for (const Fact& fact : found.facts) {
    if (fact_text(fact) == "fact: " + text + "\n") return true;
  }
  return false;
}

using Strings = std::vector<std::string>;

TEST(UnreadableFile, OfALimitIsWarnedOf) {
  MemoryReader reader = container("max\n");
  reader.unreadable[kMax] = "Permission denied";
  const Detection found = found_in(reader);
  EXPECT_EQ(found.memory_origin, MemoryOrigin::meminfo);
  EXPECT_EQ(found.warnings, Strings{"a memory limit is not known: /sys/fs/cgroup/memory.max: Permission denied"});
}

TEST(UnreadableFile, MayBeAnyOfThem) {
  MemoryReader reader = container("1073741824\n");
  for (auto& [path, text] : reader.files) reader.unreadable[path] = "Permission denied";
  const Detection found = found_in(reader);
  EXPECT_EQ(found.memory_mib, 512);
  EXPECT_EQ(found.memory_origin, MemoryOrigin::unknown);
  EXPECT_EQ(found.cgroup_mode, "unknown");
  EXPECT_TRUE(has_fact(found, "free space for WAL | unknown | /pg_wal | Permission denied"));
}

TEST(UnreadableFile, OfMountinfoLeavesTheUsualPlace) {
  MemoryReader reader = container("1073741824\n");
  reader.files["/sys/fs/cgroup/cgroup.controllers"] = "memory\n";
  reader.unreadable["/proc/self/mountinfo"] = "Permission denied";
  EXPECT_EQ(found_in(reader).memory_mib, 1024);
}

TEST(HugeFile, IsUnknown) {
  const Detection found = found_in(container(std::string(SystemReader::kMaxFile + 1, '1')));
  EXPECT_EQ(found.memory_origin, MemoryOrigin::meminfo);
  EXPECT_EQ(found.warnings, Strings{"a memory limit is not known: /sys/fs/cgroup/memory.max: larger than 1MB"});
}

TEST(HugeFile, OfAMegabyteOfDigitsIsNoLimit) {
  EXPECT_EQ(found_in(container(std::string(SystemReader::kMaxFile, '9'))).memory_origin, MemoryOrigin::meminfo);
}

TEST(HugeFile, OfTenThousandMountsIsRead) {
  MemoryReader reader = container("1073741824\n");
  std::string mounts;
  for (int i = 0; i < 10000; ++i)
    mounts += fmt::format("{} 23 0:26 / /data/volume-{} rw - ext4 /dev/sd{} rw\n", i, i, i);
  reader.files["/proc/self/mountinfo"] = mounts + kMount;
  EXPECT_EQ(found_in(reader).memory_mib, 1024);
}

TEST(HugeFile, OfADeepPathIsTheMountAlone) {
  MemoryReader reader = container("1073741824\n");
  std::string path = "0::";
  for (int i = 0; i < 100000; ++i) path += "/a";
  reader.files["/proc/self/cgroup"] = path + "\n";
  EXPECT_EQ(found_in(reader).memory_mib, 1024);
}

TEST(Library, AgreesAndItsMountIsPreferred) {
  MemoryReader reader = container("max\n");
  reader.files["/proc/self/mountinfo"] = std::string(kMount) + "31 23 0:26 / /mine rw - cgroup2 cgroup2 rw\n";
  reader.files["/mine/memory.max"] = "1073741824\n";
  const CgroupLibrary library{"unified", "/mine", "/gone", ""};
  const Detection found = found_in(reader, &library);
  EXPECT_EQ(found.memory_limit_path, "/mine/memory.max");
  EXPECT_TRUE(has_fact(found, "cgroup mode | v2 | libcgroup | agrees"));
  EXPECT_TRUE(has_fact(found, "memory mount | /mine | libcgroup"));
  EXPECT_TRUE(
      has_fact(found, "cpu mount | /gone | libcgroup | not used, since /proc/self/mountinfo has no such mount"));
}

TEST(Library, ThatDisagreesIsNotUsed) {
  const CgroupLibrary library{"legacy", "", "", ""};
  const Detection found = found_in(container("max\n"), &library);
  EXPECT_EQ(found.cgroup_mode, "v2");
  EXPECT_TRUE(has_fact(found, "cgroup mode | v1 | libcgroup | not used, since /proc/self/mountinfo says v2"));
}

TEST(Library, OfAnOldVersionCannotTellTheMode) {
  const CgroupLibrary library{};
  EXPECT_TRUE(has_fact(found_in(container("max\n"), &library),
                       "cgroup mode | unknown | libcgroup | this version of it cannot tell"));
}

TEST(Library, ThatCannotBeAskedChangesNothing) {
  const CgroupLibrary library{"", "", "", "libcgroup is not installed"};
  const Detection with = found_in(container("1073741824\n"), &library);
  EXPECT_EQ(detection_text(with), detection_text(found_in(container("1073741824\n"))));
  EXPECT_TRUE(has_fact(with, "libcgroup | unknown | libcgroup | libcgroup is not installed"));
}

TEST(Library, AnswersOrSaysWhyNotAndIsSilent) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const CgroupLibrary answer = ask_libcgroup();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  if (answer.because.empty()) {
    const Strings modes = {"", "legacy", "hybrid", "unified"};
    EXPECT_NE(std::find(modes.begin(), modes.end(), answer.mode), modes.end()) << answer.mode;
    EXPECT_TRUE(answer.memory_mount.empty() || answer.memory_mount.starts_with('/')) << answer.memory_mount;
  } else {
    EXPECT_EQ(answer.mode + answer.memory_mount + answer.cpu_mount, "");
  }
}

// timescaledb-docker #87: a limit that was lowered after the first start left shared_buffers at 5GB.
TEST(Watch, SeesALimitThatChanges) {
  MemoryReader reader = container("2147483648\n");
  reader.files["/sys/fs/cgroup/cpu.max"] = "max 100000\n";
  const Detection before = found_in(reader);
  EXPECT_EQ(before.memory_limit_files, Strings{kMax});
  EXPECT_EQ(before.cpu_limit_files, Strings{"/sys/fs/cgroup/cpu.max"});
  reader.files[kMax] = "1073741824\n";
  reader.files["/sys/fs/cgroup/cpu.max"] = "150000 100000\n";
  const LimitReading after = read_limits_again(reader, before);
  EXPECT_EQ(after.limit_bytes, 1073741824);
  EXPECT_EQ(after.limit_path, kMax);
  EXPECT_EQ(after.cpus, 2);
}

TEST(Watch, SeesThatNoLimitIsLeft) {
  MemoryReader reader = container("2147483648\n");
  const Detection before = found_in(reader);
  const LimitReading then = read_limits_again(reader, before);
  EXPECT_FALSE(limits_changed(then, read_limits_again(reader, before)));
  reader.files[kMax] = "max\n";
  EXPECT_EQ(read_limits_again(reader, before).limit_bytes, std::nullopt);
  EXPECT_TRUE(limits_changed(then, read_limits_again(reader, before)));
  reader.files.erase(kMax);
  EXPECT_TRUE(limits_changed(then, read_limits_again(reader, before)));
  EXPECT_EQ(read_limits_again(reader, before).cpus, 8);
}

TEST(Watch, SeesMemoryThatIsPluggedIn) {
  MemoryReader reader = container("max\n");
  const Detection before = found_in(reader);
  const LimitReading then = read_limits_again(reader, before);
  reader.files["/proc/meminfo"] = "MemTotal: 33554432 kB\n";
  EXPECT_TRUE(limits_changed(then, read_limits_again(reader, before)));
  EXPECT_EQ(found_in(reader).memory_mib, 32768);
}

TEST(Watch, ConcludesNothingFromAFileThatCannotBeRead) {
  MemoryReader reader = container("2147483648\n");
  const Detection before = found_in(reader);
  const LimitReading then = read_limits_again(reader, before);
  reader.files[kMax] = "garbage\n";
  EXPECT_FALSE(limits_changed(then, read_limits_again(reader, before)));
  reader.unreadable[kMax] = "Input/output error";
  EXPECT_FALSE(limits_changed(then, read_limits_again(reader, before)));
  reader.unreadable["/proc/meminfo"] = "Input/output error";
  EXPECT_FALSE(limits_changed(then, read_limits_again(reader, before)));
  reader.unreadable.clear();
  reader.files[kMax] = "1073741824\n";
  EXPECT_TRUE(limits_changed(then, read_limits_again(reader, before)));
}

TEST(GroupLimit, IsKnownAlsoWhereAHumanChoseAnotherNumber) {
  const auto limit_with = [](const std::string& limit, const char* chosen) {
    return std::get<Detection>(detect(container(limit), {chosen, {}, {}, {}}, "", nullptr)).group_limit_bytes;
  };
  EXPECT_EQ(limit_with("1073741824\n", ""), 1073741824);
  EXPECT_EQ(limit_with("1073741824\n", "512"), 1073741824);
  EXPECT_EQ(limit_with("max\n", "512"), std::nullopt);
  EXPECT_EQ(limit_with("68719476736\n", ""), std::nullopt) << "more than the machine has limits nothing";
}

TEST(GroupPaths, AreOfTheGroupWhoseLimitCounts) {
  MemoryReader reader = container("1073741824\n");
  reader.files["/proc/self/cgroup"] = "0::/a\n";
  const std::string top = "/sys/fs/cgroup/";
  for (const char* file : {"memory.current", "memory.stat", "memory.events", "memory.pressure"}) {
    reader.files[top + file] = "1\n";
    reader.files[top + "a/" + file] = "1\n";
  }
  const GroupPaths limited = found_in(reader).group;
  EXPECT_EQ(limited.usage, top + "memory.current");
  EXPECT_EQ(limited.stat, top + "memory.stat");
  EXPECT_EQ(limited.events, top + "memory.events");
  EXPECT_EQ(limited.pressure, top + "memory.pressure");
  reader.files[kMax] = "max\n";
  EXPECT_EQ(found_in(reader).group.usage, top + "a/memory.current") << "without a limit the nearest";
}

TEST(GroupPaths, OfV1) {
  MemoryReader reader;
  reader.files = {{"/proc/self/cgroup", "4:memory:/\n"},
                  {"/proc/self/mountinfo", "40 30 0:33 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"},
                  {"/sys/fs/cgroup/memory/memory.usage_in_bytes", "1\n"},
                  {"/sys/fs/cgroup/memory/memory.stat", "hierarchical_memory_limit 1073741824\n"},
                  {"/sys/fs/cgroup/memory/memory.oom_control", "oom_kill 0\n"},
                  {"/sys/fs/cgroup/memory/memory.failcnt", "0\n"}};
  const Detection found = found_in(reader);
  EXPECT_EQ(found.memory_mib, 1024);
  EXPECT_EQ(found.group.usage, "/sys/fs/cgroup/memory/memory.usage_in_bytes");
  EXPECT_EQ(found.group.events, "/sys/fs/cgroup/memory/memory.oom_control");
  EXPECT_EQ(found.group.failures, "/sys/fs/cgroup/memory/memory.failcnt");
  EXPECT_EQ(found.group.pressure, "");
}

}  // namespace
}  // namespace aza::test
