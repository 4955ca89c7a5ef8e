#include "pg/advice_gather.h"

#include "core/bytes.h"
#include "pg/advice_disks.h"
#include "pg/advice_queries.h"
#include "pg/backend_api.h"
#include "pg/governor_settings.h"
#include "pg/governor_shared.h"
#include "pg/guard.h"
#include "pg/guc_record.h"
#include "pg/settings.h"

namespace aza {

namespace {

int64 oom_kills_at_start;

int64 amount_of(const char* name) {
  return guc_amount(guc_record(name));
}

bool reads_as(const char* name, const char* value) {
  return strcmp(GetConfigOption(name, false, false), value) == 0;
}

// The value of `name`, or of `otherwise` where the first is negative: "as the other one".
int64 amount_or(const char* name, const char* otherwise) {
  const int64 amount = amount_of(name);
  return amount < 0 ? amount_of(otherwise) : amount;
}

void note_values(RunningValues& now) {
  now.shared_buffers = amount_of("shared_buffers");
  now.shared_memory = amount_of("shared_memory_size");
  now.max_connections = MaxConnections;
  now.work_mem = amount_of("work_mem");
  now.max_wal_size = amount_of("max_wal_size");
  now.max_slot_wal_keep_size = amount_of("max_slot_wal_keep_size");
  now.huge_pages_used = reads_as("huge_pages_status", "on");
  now.huge_pages_off = reads_as("huge_pages", "off");
}

void note_governor(GovernorFacts& facts) {
  GovernorLock lock;
  const PoolRules rules = pool_rules();
  facts.on = governor_on;
  facts.most_per_query = max_query_memory_kb == 0 ? 0 : rules.most_per_query;
  facts.capacity = rules.capacity;
}

void note_checkpoints(CheckpointFacts& facts, std::span<const DiskFacts> disks) {
  facts.timeout_seconds = amount_of("checkpoint_timeout");
  facts.completion_hundredths = amount_of("checkpoint_completion_target");
  facts.wal_free_bytes.reset();
  for (const DiskFacts& disk : disks)
    if (disk.holds_wal) facts.wal_free_bytes = disk.free_bytes;
}

void note_connections(ConnectionFacts& facts) {
  facts.most_at_once = static_cast<int64>(pg_atomic_read_u64(&governor->most_connections));
  facts.for_superusers = SuperuserReservedConnections + ReservedConnections;
  facts.standby = RecoveryInProgress();
}

void note_vacuum(VacuumFacts& facts) {
  facts.on = amount_of("autovacuum") != 0;
  facts.most_workers = amount_of("autovacuum_max_workers");
  facts.slots = amount_of("autovacuum_worker_slots");
  facts.worker_bytes = amount_or("autovacuum_work_mem", "maintenance_work_mem");
  facts.cost_limit = amount_or("autovacuum_vacuum_cost_limit", "vacuum_cost_limit");
  facts.throttled = amount_or("autovacuum_vacuum_cost_delay", "vacuum_cost_delay") > 0;
  facts.freeze_max_age = amount_of("autovacuum_freeze_max_age");
}

void note_parallel(ParallelFacts& facts) {
  facts.dev_shm_bytes.reset();
  if (reads_as("dynamic_shared_memory_type", "posix")) facts.dev_shm_bytes = file_system_bytes("/dev/shm");
  facts.hash_multiplier_hundredths = amount_of("hash_mem_multiplier");
  facts.workers = amount_of("max_parallel_workers");
  facts.workers_per_gather = amount_of("max_parallel_workers_per_gather");
}

// A failure of core itself leaves what it had found.
template <class Plain, class Read>
void read_system(Plain& facts, const char* root, Read read) {
  const CoreRun run = run_core(facts, [&](Plain& out) { out = read(*system_reader(root)); });
  if (!run.ok) ereport(LOG, (errmsg("aza_autoconf could not read the kernel's files: %s", run.because.c_str())));
}

}  // namespace

void gather_advice_facts(AdviceFacts& facts) {
  facts.machine = tuning.machine;
  note_values(facts.now);
  query_totals(facts);
  facts.spill.statements = query_statements();
  facts.vacuum.tables = query_tables();
  facts.slots = query_slots();
  facts.disks = find_disks(query_tablespaces());
  note_governor(facts.governor);
  note_checkpoints(facts.checkpoints, facts.disks);
  note_connections(facts.connections);
  note_vacuum(facts.vacuum);
  note_parallel(facts.parallel);
  facts.cache.block_bytes = BLCKSZ;
  facts.oom_kills_at_start = oom_kills_at_start;
  read_system(facts.kernel, what_humans_said().root, read_kernel_facts);
}

void remember_oom_kills() {
  std::optional<int64_t> kills;
  read_system(kills, what_humans_said().root, read_oom_kills);
  oom_kills_at_start = kills.value_or(0);
}

}  // namespace aza
