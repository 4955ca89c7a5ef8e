// Mounts, membership, and which levels of the hierarchy they make visible.
#include "core/cgroup_view.h"

#include <gtest/gtest.h>

#include <climits>

namespace aza {
namespace {

using Names = std::vector<std::string>;

TEST(Mountinfo, LinesAreReadWithAnyNumberOfOptionalFields) {
  const std::vector<Mount> mounts = parse_mountinfo(
      "36 35 98:0 /mnt1 /mnt2 rw,noatime - ext3 /dev/root rw,errors=continue\n"
      "37 35 98:0 / /a\\040b rw master:1 shared:2 unbindable - cgroup cgroup rw,cpuacct,cpu\n"
      "38 35 98:0 / /c rw - tmpfs  rw\n");
  ASSERT_EQ(mounts.size(), 3U);
  EXPECT_EQ(mounts[0].root, "/mnt1");
  EXPECT_EQ(mounts[0].point, "/mnt2");
  EXPECT_EQ(mounts[0].type, "ext3");
  EXPECT_EQ(mounts[0].options, "rw,errors=continue");
  EXPECT_EQ(mounts[1].point, "/a b");
  EXPECT_EQ(mounts[2].options, "rw");
  EXPECT_EQ(cgroup_mounts(mounts).size(), 1U);
  EXPECT_EQ(cgroup_mounts(mounts)[0].controllers, (Names{"rw", "cpuacct", "cpu"}));
}

TEST(Mountinfo, LinesThatAreNoMountsAreLeftOut) {
  for (const char* line : {"", "garbage", "36 35 98:0 / /a rw", "36 35 98:0 / /a rw - ext3",
                           "36 35 98:0 / /a rw - ext3 x", "- - - - - - -", "36 35 98:0 / /a rw ext3 /dev/root rw"}) {
    EXPECT_TRUE(parse_mountinfo(line).empty()) << line;
  }
}

TEST(Mountinfo, OctalEscapesAreResolvedOnce) {
  EXPECT_EQ(without_octal_escapes("\\040\\011\\012\\134"), " \t\n\\");
  EXPECT_EQ(without_octal_escapes("\\134040"), "\\040");
  EXPECT_EQ(without_octal_escapes("a\\04"), "a\\04");
  EXPECT_EQ(without_octal_escapes("\\089\\"), "\\089\\");
}

TEST(Membership, IsReadUpToTheSecondColon) {
  const std::vector<Membership> found = parse_membership("12:cpu,cpuacct:/a:b\n1:name=systemd:/\n0::/x (deleted)\n");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].controllers, (Names{"cpu", "cpuacct"}));
  EXPECT_EQ(found[0].path, "/a:b");
  EXPECT_EQ(found[1].controllers, Names{"name=systemd"});
  EXPECT_TRUE(found[2].controllers.empty());
  EXPECT_EQ(found[2].path, "/x");
  for (const char* line : {"", ":", "::", "0:", "0::", "0::relative", "x::/", ":/:/"}) {
    EXPECT_TRUE(parse_membership(line).empty()) << line;
  }
}

Names levels(const char* root, const std::string& path) {
  return visible_levels({2, root, "/m", {}}, path);
}

TEST(VisibleLevels, GoFromTheGroupToTheMount) {
  EXPECT_EQ(levels("/", "/"), Names{"/m"});
  EXPECT_EQ(levels("/", "/a"), (Names{"/m/a", "/m"}));
  EXPECT_EQ(levels("/", "/a/b/c"), (Names{"/m/a/b/c", "/m/a/b", "/m/a", "/m"}));
  EXPECT_EQ(levels("/a", "/a/b/c"), (Names{"/m/b/c", "/m/b", "/m"}));
  EXPECT_EQ(levels("/a/b", "/a/b"), Names{"/m"});
}

TEST(VisibleLevels, AreTheMountAloneWhereItDoesNotShowTheGroup) {
  for (const char* path : {"/b", "/ab", "/a/../b", "/..", "/", "/a/.."}) {
    EXPECT_EQ(levels("/a", path), Names{"/m"}) << path;
  }
  EXPECT_EQ(levels("/", "/../x"), Names{"/m"});
  EXPECT_EQ(levels("/", "/" + std::string(PATH_MAX, 'x')), Names{"/m"});
  EXPECT_EQ(levels("/", "/..x"), (Names{"/m/..x", "/m"})) << "a name may begin with dots";
}

CgroupView two_mounts_of_memory() {
  CgroupView view;
  view.mounts = {{1, "/", "/first", {"memory"}}, {1, "/", "/second", {"memory"}}};
  view.memberships = {{{"memory"}, "/"}};
  return view;
}

TEST(Find, TakesThePreferredMountThenTheUsualPlaceThenTheFirst) {
  CgroupView view = two_mounts_of_memory();
  EXPECT_EQ(view.find("memory", "").levels, Names{"/first"});
  EXPECT_EQ(view.find("memory", "/second").levels, Names{"/second"});
  view.mounts.push_back({1, "/", "/sys/fs/cgroup/memory", {"memory"}});
  EXPECT_EQ(view.find("memory", "").levels, Names{"/sys/fs/cgroup/memory"});
  EXPECT_EQ(view.find("memory", "/second").levels, Names{"/second"});
}

TEST(Find, NeverPrefersAMountThatHidesTheGroup) {
  CgroupView view = two_mounts_of_memory();
  view.mounts[1].root = "/elsewhere";
  EXPECT_EQ(view.find("memory", "/second").levels, Names{"/first"});
}

TEST(Find, SaysWhereThereIsNoSuchController) {
  EXPECT_EQ(two_mounts_of_memory().find("cpu", "").version, 0);
  EXPECT_TRUE(two_mounts_of_memory().find("cpu", "").levels.empty());
  EXPECT_EQ(CgroupView{}.find("memory", "").version, 0);
}

}  // namespace
}  // namespace aza
