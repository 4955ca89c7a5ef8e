#include "pg/governor_shared.h"

#include "core/plan.h"
#include "pg/governor_grants.h"
#include "pg/governor_settings.h"
#include "pg/guc_record.h"

namespace aza {

GovernorShared* governor;

namespace {

constexpr const char* kTranche = "aza_autoconf";
constexpr int64 kMostPerQueryShare = 8;

shmem_request_hook_type next_request;
shmem_startup_hook_type next_startup;
bool slot_is_ours;
SeenEvents kept_events;  // the postmaster's

Size bytes_for(int slots) {
  return MAXALIGN(sizeof(GovernorShared)) + MAXALIGN(slots * sizeof(GrantSlot)) +
         MAXALIGN(slots * sizeof(GrantRequest)) + MAXALIGN(slots * sizeof(int));
}

void request_memory() {
  if (next_request != nullptr) next_request();
  RequestAddinShmemSpace(bytes_for(MaxBackends));
  RequestNamedLWLockTranche(kTranche, 1);
}

void start_empty() {
  memset(static_cast<void*>(governor), 0, bytes_for(MaxBackends));
  governor->slots = MaxBackends;
  governor->lock = &GetNamedLWLockTranche(kTranche)->lock;
  pg_atomic_init_u32(&governor->generation, 0);
  pg_atomic_init_u32(&governor->connections, 0);
  pg_atomic_init_u32(&governor->watcher, 0);
  pg_atomic_init_u64(&governor->most_connections, 0);
  pg_atomic_init_u64(&governor->stopped_growing, 0);
  pg_atomic_init_u64(&governor->session_share, 0);
  pg_atomic_init_u64(&governor->session_share_at, 0);
  pg_atomic_init_u32(&governor->connections_that_fit, PG_UINT32_MAX);
  governor->limit = {tuning.found, 0};
  governor->seen_events = kept_events;
  governor->shared_memory = guc_amount(guc_record("shared_memory_size"));
  if (getrlimit(RLIMIT_DATA, &governor->data_limit) != 0) governor->data_limit = {RLIM_INFINITY, RLIM_INFINITY};
  governor->measured.idle_backend = kIdleBackendKib * kKiB;
  governor->counts.since = GetCurrentTimestamp();
  for (int i = 0; i < governor->slots; i++) {
    pg_atomic_init_u64(&grant_slots()[i].cancel_bytes, 0);
    pg_atomic_init_u64(&grant_slots()[i].cancel_at, 0);
    pg_atomic_init_u32(&grant_slots()[i].limited_pid, 0);
    pg_atomic_init_u64(&grant_slots()[i].limited_bytes, 0);
    pg_atomic_init_u32(&grant_slots()[i].ending, 0);
  }
  pg_atomic_init_u64(&governor->capacity, static_cast<uint64>(pool_rules().capacity));
}

// In the postmaster, before it makes shared memory anew.
void keep_events(int, Datum) {
  kept_events = governor->seen_events;
}

void start_memory() {
  if (next_startup != nullptr) next_startup();
  bool found = false;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  governor = static_cast<GovernorShared*>(ShmemInitStruct("aza_autoconf governor", bytes_for(MaxBackends), &found));
  if (!found) start_empty();
  LWLockRelease(AddinShmemInitLock);
  before_shmem_exit(keep_events, 0);
}

void give_slot_back(int, Datum) {
  release_everything();
  GovernorLock lock;
  GrantSlot* slot = &grant_slots()[MyProcNumber];
  if (slot->counted) pg_atomic_fetch_sub_u32(&governor->connections, 1);
  slot->pid = 0;
  slot->counted = false;
  slot_is_ours = false;
}

void take_slot(GrantSlot* slot) {
  GovernorLock lock;
  slot->pid = MyProcPid;
  slot->client = AmRegularBackendProcess();
  slot->waiting = slot->counted = false;
  slot->kept = 0;
  slot->granted = slot->from_reserve = slot->answer = 0;
  slot->query_id = slot->least = slot->need = slot->wish = slot->since = 0;
}

}  // namespace

[[gnu::hot]] GrantSlot* grant_slots() {
  return reinterpret_cast<GrantSlot*>(reinterpret_cast<char*>(governor) + MAXALIGN(sizeof(GovernorShared)));
}

GrantRequest* waiting_line() {
  return reinterpret_cast<GrantRequest*>(reinterpret_cast<char*>(grant_slots()) +
                                         MAXALIGN(governor->slots * sizeof(GrantSlot)));
}

int* waiting_slots() {
  return reinterpret_cast<int*>(reinterpret_cast<char*>(waiting_line()) +
                                MAXALIGN(governor->slots * sizeof(GrantRequest)));
}

GrantSlot* own_slot() {
  GrantSlot* slot = &grant_slots()[MyProcNumber];
  if (slot_is_ours) return slot;
  before_shmem_exit(give_slot_back, 0);
  take_slot(slot);
  slot_is_ours = true;
  return slot;
}

PoolRules pool_rules() {
  const Measured& measured = governor->measured;
  const int64 limit = memory_ceiling(governor->limit);
  const int64 connections = pg_atomic_read_u32(&governor->connections);
  PoolFacts facts;
  facts.limit = limit;
  facts.shared_memory = governor->shared_memory;
  facts.kernel = measured.kernel;
  facts.other_anonymous = measured.other_anonymous;
  facts.new_connections =
      connections > measured.connections ? (connections - measured.connections) * measured.idle_backend : 0;
  facts.reserve = pool_reserve(limit);
  PoolRules rules;
  rules.capacity = pool_capacity(facts);
  rules.large_at_once = large_at_once(governor->limit.cpus, measured.pressed);
  rules.may_rise = !measured.pressed && max_query_memory_kb != 0;
  rules.most_per_query = max_query_memory_kb > 0 ? max_query_memory_kb * kKiB : rules.capacity / kMostPerQueryShare;
  return rules;
}

void request_governor_memory() {
  next_request = shmem_request_hook;
  shmem_request_hook = request_memory;
  next_startup = shmem_startup_hook;
  shmem_startup_hook = start_memory;
}

}  // namespace aza
