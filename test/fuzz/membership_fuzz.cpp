// /proc/self/cgroup of any bytes, seen through mounts that show all of it, a part of it, and another part.
#include "core/cgroup_view.h"
#include "fuzz_check.h"

using namespace aza;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CgroupView view;
  view.memberships = parse_membership(fuzz::as_text(data, size));
  for (const Membership& membership : view.memberships) {
    fuzz::check(membership.path.starts_with('/'));
    for (const std::string& controller : membership.controllers) fuzz::check(!controller.empty());
  }
  view.mounts = {{2, "/", "/all", {}}, {2, "/docker/x", "/part", {}}, {1, "/other", "/v1", {"memory"}}};
  for (const char* controller : {"memory", "cpu"}) {
    const VisibleGroup group = view.find(controller, "/part");
    fuzz::check(group.version != 0 && !group.levels.empty());
    for (const std::string& level : group.levels) fuzz::check((level + "/").find("/../") == std::string::npos);
  }
  return 0;
}
