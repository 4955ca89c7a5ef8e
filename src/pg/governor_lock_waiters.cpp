#include "pg/governor_lock_waiters.h"

#include "pg/backend_api.h"

namespace aza {

namespace {

// The server's macros for its lists are C only.
const PROCLOCK* entry_of(const dlist_node* node) {
  return reinterpret_cast<const PROCLOCK*>(reinterpret_cast<const char*>(node) - offsetof(PROCLOCK, procLink));
}

// The partition's lock is held.
bool waited_for(const dlist_head* entries) {
  for (const dlist_node* node = entries->head.next; node != &entries->head; node = node->next) {
    const PROCLOCK* entry = entry_of(node);
    if (entry->holdMask != 0 && !dclist_is_empty(&entry->tag.myLock->waitProcs)) return true;
  }
  return false;
}

}  // namespace

bool others_wait_for_our_locks() {
  for (int i = 0; i < NUM_LOCK_PARTITIONS; i++) {
    // Only this backend adds entries to its own lists; another one may do so when it moves a fast-path lock, which the
    // next look will see.
    if (dlist_is_empty(&MyProc->myProcLocks[i])) continue;
    LWLock* lock = LockHashPartitionLockByIndex(i);
    LWLockAcquire(lock, LW_SHARED);
    const bool waited = waited_for(&MyProc->myProcLocks[i]);
    LWLockRelease(lock);
    if (waited) return true;
  }
  return false;
}

}  // namespace aza
