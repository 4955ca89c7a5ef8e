// Asks libcgroup for what it does well: mode, hierarchy, controller mounts. Loaded with dlopen, since a server must
// start without it, and only ever about the real system: it cannot be redirected to another root.
#pragma once

#include "core/detection.h"

namespace aza {

CgroupLibrary ask_libcgroup();

// detect(), and where mountinfo leaves the mode open, with libcgroup's word: only of the real system, whose `root` is
// "/". Asking takes longer than all the rest of a start's work together (it loads libsystemd).
std::variant<Detection, InputError> detect_with_libcgroup(const SystemReader& reader, std::string_view root,
                                                          const Overrides& overrides, const std::string& wal_folder);

}  // namespace aza
