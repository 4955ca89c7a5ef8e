// /proc/self/mountinfo of any bytes: no mount point appears twice, every level lies in the mount that it was found in.
#include <set>
#include <string>

#include "core/cgroup_view.h"
#include "fuzz_check.h"

using namespace aza;

static void check_levels(const CgroupMount& mount, const std::string& path) {
  const std::vector<std::string> levels = visible_levels(mount, path);
  fuzz::check(!levels.empty() && levels.back() == mount.point);
  for (const std::string& level : levels) fuzz::check(level.starts_with(mount.point));
  for (size_t i = 1; i < levels.size(); ++i) fuzz::check(levels[i].size() < levels[i - 1].size());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<Mount> mounts = parse_mountinfo(fuzz::as_text(data, size));
  std::set<std::string> points;
  for (const Mount& mount : mounts) fuzz::check(points.insert(mount.point).second);
  for (const CgroupMount& mount : cgroup_mounts(mounts)) {
    fuzz::check(mount.version == 1 || mount.version == 2);
    check_levels(mount, mount.root);
    check_levels(mount, mount.root + "/a/b");
    check_levels(mount, "/");
  }
  return 0;
}
