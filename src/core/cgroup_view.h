// Where this process stands in each hierarchy of control groups, and which of its ancestors it can see.
//
// /proc/self/cgroup names the group, /proc/self/mountinfo the part of the hierarchy that is mounted. In a container
// without a cgroup namespace the first says "/docker/<id>" while that group is mounted as the root: the path does not
// exist below the mount, and only the mount's root field tells where the limit is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cgroup_mounts.h"
#include "core/reader.h"

namespace aza {

struct Membership {
  std::vector<std::string> controllers;  // empty for v2
  std::string path;                      // "/", "/docker/<id>", "/../other"
};
// /proc/self/cgroup. Lines that are not "id:controllers:path" are left out.
std::vector<Membership> parse_membership(std::string_view text);

// The folders that a controller's limits are read from: this group first, then every ancestor up to the mount point.
struct VisibleGroup {
  int version = 0;  // 0: no hierarchy with this controller can be seen
  std::vector<std::string> levels;
};

struct CgroupView {
  std::string mode;  // "v2", "v1", "hybrid", "none", "unknown"
  std::string mode_source;
  std::string mode_remark;  // why it is unknown, or what it was taken from instead
  std::vector<Mount> all_mounts;
  std::vector<CgroupMount> mounts;
  std::vector<Membership> memberships;

  // `preferred` is the mount point to take where several show the same.
  VisibleGroup find(std::string_view controller, std::string_view preferred) const;
  bool has_mount(std::string_view point) const;
};

CgroupView view_cgroups(const SystemReader& reader);

// The group and its ancestors in one mount; only the mount where the group is outside of it.
std::vector<std::string> visible_levels(const CgroupMount& mount, std::string_view path);

}  // namespace aza
