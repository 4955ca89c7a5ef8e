// The background worker that watches: what the group really uses, what each backend really holds, and whether the
// limits have changed. It only writes down what it sees and serves the line; nobody ever waits for it.
#pragma once

namespace aza {

// Only while preload libraries are loaded.
void register_watch_worker();

}  // namespace aza
