// Refuses connections that the memory cannot carry even when they are idle: a clear error instead of a kernel kill.
#pragma once

namespace aza {

// Only while preload libraries are loaded.
void install_connection_check();

}  // namespace aza
