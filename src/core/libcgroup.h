// Asks libcgroup for what it does well: mode, hierarchy, controller mounts. Loaded with dlopen, since a server must
// start without it, and only ever about the real system: it cannot be redirected to another root.
#pragma once

#include "core/detection.h"

namespace aza {

CgroupLibrary ask_libcgroup();

}  // namespace aza
