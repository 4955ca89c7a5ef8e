// /proc/self/mountinfo: where control groups are mounted, and which part of the hierarchy each mount shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aza {

struct Mount {
  std::string root;  // the folder inside the file system that is mounted; octal escapes resolved
  std::string point;
  std::string type;
  std::string options;  // of the file system: "rw,memory", "rw,lowerdir=..."
};

struct CgroupMount {
  int version = 0;    // 1 or 2
  std::string root;   // "/", or the group that this mount begins at: "/docker/<id>" in a container without a namespace
  std::string point;  // "/sys/fs/cgroup/memory"
  std::vector<std::string> controllers;  // of a v1 mount; "name=systemd" among them
};

// Lines that are no mounts are left out; of several mounts on one place only the last can be seen.
std::vector<Mount> parse_mountinfo(std::string_view text);
std::vector<CgroupMount> cgroup_mounts(const std::vector<Mount>& mounts);

// "\040" as the kernel writes a blank in a path.
std::string without_octal_escapes(std::string_view text);

}  // namespace aza
