#include "core/cgroup_view.h"

#include <algorithm>
#include <climits>
#include <optional>

#include <fmt/format.h>

#include "core/kernel_text.h"

namespace aza {

namespace {

constexpr const char* kMountinfo = "/proc/self/mountinfo";
constexpr const char* kMembership = "/proc/self/cgroup";
constexpr std::string_view kUsualMount = "/sys/fs/cgroup";

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_parent_step(std::string_view path) {
  const std::vector<std::string_view> steps = split(path, '/');
  return std::find(steps.begin(), steps.end(), "..") != steps.end();
}

// The group below the mount: "" is the mount itself. None where the mount does not show the group.
std::optional<std::string_view> below_root(std::string_view root, std::string_view path) {
  if (root == "/") root = "";
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (path == "/") path = "";
  if (!path.empty() && !path.starts_with('/')) return std::nullopt;
  if (path.size() > PATH_MAX || has_parent_step(path)) return std::nullopt;
  return path;
}

// The mount that shows the most ancestors; where several do, the preferred one, then the usual place, then the first.
struct MountRank {
  bool shows_group;
  size_t hidden;
  bool preferred;
  bool usual;
};

MountRank rank(const CgroupMount& mount, std::string_view path, std::string_view preferred) {
  return {below_root(mount.root, path).has_value(), mount.root.size(), mount.point == preferred,
          mount.point.starts_with(kUsualMount)};
}

bool better(const MountRank& a, const MountRank& b) {
  if (a.shows_group != b.shows_group) return a.shows_group;
  if (a.shows_group && a.hidden != b.hidden) return a.hidden < b.hidden;
  if (a.preferred != b.preferred) return a.preferred;
  return a.usual && !b.usual;
}

const CgroupMount* best_mount(const std::vector<const CgroupMount*>& mounts, std::string_view path,
                              std::string_view preferred) {
  const CgroupMount* best = nullptr;
  for (const CgroupMount* mount : mounts) {
    if (best == nullptr || better(rank(*mount, path, preferred), rank(*best, path, preferred))) best = mount;
  }
  return best;
}

std::string mode_of(const std::vector<CgroupMount>& mounts) {
  const auto has = [&](int version) {
    return std::any_of(mounts.begin(), mounts.end(), [&](const CgroupMount& m) { return m.version == version; });
  };
  if (has(1) && has(2)) return "hybrid";
  if (has(1)) return "v1";
  return has(2) ? "v2" : "none";
}

// Where mountinfo cannot be read the usual places are tried.
std::vector<CgroupMount> usual_mounts(const SystemReader& reader) {
  const std::string top(kUsualMount);
  if (reader.read(top + "/cgroup.controllers")) return {{2, "/", top, {}}};
  std::vector<CgroupMount> found;
  for (const char* controller : {"memory", "cpu", "cpuset", "hugetlb"}) {
    const std::string point = top + "/" + controller;
    if (reader.list(point)) found.push_back({1, "/", point, {controller}});
  }
  return found;
}

void view_mounts(const SystemReader& reader, CgroupView* view) {
  view->mode_source = kMountinfo;
  const Outcome<std::string> text = reader.read(kMountinfo);
  if (text) {
    view->all_mounts = parse_mountinfo(*text);
    view->mounts = cgroup_mounts(view->all_mounts);
    view->mode = mode_of(view->mounts);
    return;
  }
  view->mounts = usual_mounts(reader);
  view->mode = view->mounts.empty() ? "unknown" : mode_of(view->mounts);
  view->mode_remark = text.because();
  if (!view->mounts.empty()) view->mode_remark += fmt::format(", so {} was looked at", kUsualMount);
}

}  // namespace

std::vector<Membership> parse_membership(std::string_view text) {
  std::vector<Membership> found;
  for (const std::string_view line : lines(text)) {
    const size_t first = line.find(':');
    const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos || !whole_number(line.substr(0, first))) continue;
    std::string_view path = line.substr(second + 1);
    constexpr std::string_view kDeleted = " (deleted)";  // the group was removed while the process was in it
    if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
    if (!path.starts_with('/')) continue;
    Membership membership{{}, std::string(path)};
    for (const std::string_view name : split(line.substr(first + 1, second - first - 1), ',')) {
      if (!name.empty()) membership.controllers.emplace_back(name);
    }
    found.push_back(std::move(membership));
  }
  return found;
}

std::vector<std::string> visible_levels(const CgroupMount& mount, std::string_view path) {
  std::string_view below = below_root(mount.root, path).value_or("");
  std::vector<std::string> levels;
  while (!below.empty()) {
    levels.push_back(mount.point + std::string(below));
    below = below.substr(0, below.rfind('/'));
  }
  levels.push_back(mount.point);
  return levels;
}

VisibleGroup CgroupView::find(std::string_view controller, std::string_view preferred) const {
  const Membership* v1_member = nullptr;
  const Membership* v2_member = nullptr;
  for (const Membership& membership : memberships) {
    if (contains(membership.controllers, controller) && v1_member == nullptr) v1_member = &membership;
    if (membership.controllers.empty() && v2_member == nullptr) v2_member = &membership;
  }
  std::vector<const CgroupMount*> v1_mounts;
  std::vector<const CgroupMount*> v2_mounts;
  for (const CgroupMount& mount : mounts) {
    if (mount.version == 2) v2_mounts.push_back(&mount);
    if (mount.version == 1 && contains(mount.controllers, controller)) v1_mounts.push_back(&mount);
  }
  // A controller is in one hierarchy only, and the membership says in which; without it v1 goes first, as its mount
  // names the controller.
  const bool v1 = !v1_mounts.empty() && (v1_member != nullptr || v2_member == nullptr || v2_mounts.empty());
  const Membership* member = v1 ? v1_member : v2_member;
  const std::string_view path = member == nullptr ? std::string_view("/") : std::string_view(member->path);
  const CgroupMount* mount = best_mount(v1 ? v1_mounts : v2_mounts, path, preferred);
  if (mount == nullptr) return {};
  return {mount->version, visible_levels(*mount, path)};
}

bool CgroupView::has_mount(std::string_view point) const {
  return std::any_of(mounts.begin(), mounts.end(), [&](const CgroupMount& mount) { return mount.point == point; });
}

CgroupView view_cgroups(const SystemReader& reader) {
  CgroupView view;
  view_mounts(reader, &view);
  if (const Outcome<std::string> text = reader.read(kMembership)) view.memberships = parse_membership(*text);
  return view;
}

}  // namespace aza
