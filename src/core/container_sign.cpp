#include "core/container_sign.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/kernel_text.h"

namespace aza {

namespace {

// How container engines name the groups that they make. Not "docker.service": that is the engine itself.
constexpr std::array<std::string_view, 9> kGroupPrefixes = {
    "docker-", "kubepods", "lxc.payload", "libpod-", "cri-containerd-", "crio-", "podman-", "buildkit", "nerdctl-"};
constexpr std::array<std::string_view, 7> kGroupNames = {"docker", "lxc", "containerd", "podman",
                                                         "libpod", "ecs", "garden"};

// Where engines keep the layers of which they mount the root.
constexpr std::array<std::string_view, 6> kLayerFolders = {"/docker/",  "containerd", "/containers/",
                                                           "/kubelet/", "/lxc/",      "/buildkit/"};

bool names_container(std::string_view step) {
  const auto begins = [&](std::string_view prefix) { return step.starts_with(prefix); };
  return std::find(kGroupNames.begin(), kGroupNames.end(), step) != kGroupNames.end() ||
         std::any_of(kGroupPrefixes.begin(), kGroupPrefixes.end(), begins);
}

std::string group_sign(std::string_view path) {
  for (const std::string_view step : split(path, '/')) {
    if (names_container(step)) return fmt::format("a control group named {}", printable(step));
  }
  return {};
}

bool mounts_layers(const Mount& mount) {
  if (mount.point != "/" || (mount.type != "overlay" && mount.type != "fuse.fuse-overlayfs")) return false;
  return std::any_of(kLayerFolders.begin(), kLayerFolders.end(),
                     [&](std::string_view folder) { return mount.options.find(folder) != std::string::npos; });
}

// Engines bind a file of their own over these.
bool binds_host_name(const Mount& mount) {
  return mount.root != "/" && (mount.point == "/etc/hostname" || mount.point == "/etc/hosts");
}

std::string mount_sign(const std::vector<Mount>& mounts) {
  for (const Mount& mount : mounts) {
    if (mounts_layers(mount)) return "a root file system made of image layers";
    if (binds_host_name(mount)) return fmt::format("a file mounted on {}", mount.point);
  }
  return {};
}

std::string member_sign(const CgroupView& view) {
  for (const Membership& membership : view.memberships) {
    std::string sign = group_sign(membership.path);
    if (!sign.empty()) return sign;
  }
  return {};
}

}  // namespace

ContainerSign container_sign(const SystemReader& reader, const CgroupView& view) {
  std::string sign = member_sign(view);
  if (!sign.empty()) return {sign, "/proc/self/cgroup"};
  for (const CgroupMount& mount : view.mounts) {
    sign = group_sign(mount.root);
    if (!sign.empty()) return {sign, "/proc/self/mountinfo"};
  }
  for (const char* marker : {"/.dockerenv", "/run/.containerenv", "/run/systemd/container"}) {
    if (reader.read(marker)) return {fmt::format("the file {}", marker), marker};
  }
  sign = mount_sign(view.all_mounts);
  return sign.empty() ? ContainerSign{} : ContainerSign{sign, "/proc/self/mountinfo"};
}

}  // namespace aza
