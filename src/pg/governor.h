// The governor's part of the library's start.
#pragma once

namespace aza {

// Shared memory, hooks, callbacks and the background worker. Only while preload libraries are loaded.
void start_governor();

}  // namespace aza
