#include "pg/governor_grants.h"

#include <malloc.h>

#include "pg/governor_line.h"
#include "pg/growth_guard.h"
#include "pg/live_limit.h"
#include "pg/pressure_cancel.h"

namespace aza {

int held_grants;

namespace {

HeldGrant* held;
int held_room;

HeldGrant* new_held() {
  if (held == nullptr) {
    held_room = 8;
    held = static_cast<HeldGrant*>(MemoryContextAlloc(TopMemoryContext, held_room * sizeof(HeldGrant)));
  } else if (held_grants == held_room) {
    held = static_cast<HeldGrant*>(repalloc(held, sizeof(HeldGrant) * 2 * held_room));
    held_room *= 2;
  }
  return &held[held_grants];
}

void release_at(int i) {
  const HeldGrant gone = held[i];
  held[i] = held[--held_grants];
  return_to_pool({gone.bytes, gone.from_reserve, gone.large});
}

void restore_setting(const HeldGrant& grant) {
  if (grant.saved_setting_kb > 0 && maintenance_work_mem == grant.work_mem_kb)
    maintenance_work_mem = grant.saved_setting_kb;
}

template <class Ends>
void release_where(Ends ends) {
  for (int i = held_grants - 1; i >= 0; i--) {
    if (!ends(held[i])) continue;
    restore_setting(held[i]);
    release_at(i);
  }
}

[[gnu::noinline]] void release_at_end() {
  release_where([](const HeldGrant& grant) { return !grant.spans_transactions; });
}

[[gnu::hot]] void at_transaction(XactEvent event, void*) {
  // Autovacuum runs no statement at which it would look; between its tables it commits.
  if (event == XACT_EVENT_PRE_COMMIT && AmAutoVacuumWorkerProcess()) return apply_new_limits();
  if (event == XACT_EVENT_ABORT) return release_everything();
  if (held_grants > 0 && (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)) release_at_end();
}

void at_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void*) {
  if (event == SUBXACT_EVENT_ABORT_SUB) {
    abandon_line();
    begin_growth();
    release_where([=](const HeldGrant& grant) { return grant.subid == subid; });
  } else if (event == SUBXACT_EVENT_COMMIT_SUB) {
    for (int i = 0; i < held_grants; i++)
      if (held[i].subid == subid) held[i].subid = parent;
  }
}

// The C library keeps what was freed for later; after a large query that is memory which others could use.
void return_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

HeldGrant* held_grant(const void* holder) {
  for (int i = held_grants - 1; i >= 0; i--)
    if (held[i].holder == holder) return &held[i];
  return nullptr;
}

const HeldGrant* grant_in_force() {
  if (held_grants == 0 || !inside_a_query()) return nullptr;
  for (int i = held_grants - 1; i >= 0; i--)
    if (held[i].saved_setting_kb == 0 && held[i].work_mem_kb == work_mem) return &held[i];
  return nullptr;
}

HeldGrant* acquire_grant(const void* holder, const GrantRequest& request, int64 query_id, bool may_wait) {
  // Room first: no error may come between the pool's answer and its being written down.
  HeldGrant* grant = new_held();
  const PoolAnswer answer = ask_pool(request, query_id, may_wait);
  *grant = {holder, answer.bytes, answer.from_reserve, answer.large, false, GetCurrentSubTransactionId(), 0, 0, 0};
  held_grants++;
  return grant;
}

void release_grant(const void* holder) {
  for (int i = held_grants - 1; i >= 0; i--) {
    if (held[i].holder != holder) continue;
    restore_setting(held[i]);
    if (held[i].large) return_freed_memory();
    return release_at(i);
  }
}

void release_everything() {
  abandon_line();
  release_where([](const HeldGrant&) { return true; });
}

void watch_transactions() {
  RegisterXactCallback(at_transaction, nullptr);
  RegisterSubXactCallback(at_subtransaction, nullptr);
}

}  // namespace aza
