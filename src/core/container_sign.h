// Whether this process runs in a container, by what its files show. Only a hint: no file says so for certain.
#pragma once

#include <string>

#include "core/cgroup_view.h"
#include "core/reader.h"

namespace aza {

struct ContainerSign {
  std::string what;    // "a group named docker-<id>.scope"; empty where there is no sign
  std::string source;  // the file that shows it
};

ContainerSign container_sign(const SystemReader& reader, const CgroupView& view);

}  // namespace aza
