// Utility statements before the governor: what sorts or collects by maintenance_work_mem asks for it, too.
#pragma once

namespace aza {

// Only while preload libraries are loaded.
void install_utility_hook();

}  // namespace aza
