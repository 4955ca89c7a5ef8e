// Whether others wait for a lock that this backend holds: then it must not wait for memory, since the memory may be
// theirs.
#pragma once

namespace aza {

// Looks at this backend's own entries in the lock table only. A lock taken by the fast path is moved there by whoever
// wants a conflicting one, so none is missed.
bool others_wait_for_our_locks();

}  // namespace aza
