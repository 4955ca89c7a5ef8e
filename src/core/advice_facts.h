// What the advice is worked out from: plain numbers that the server counted, and what the kernel shows. The texts point
// to memory of whoever asks. Sizes are bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/plan.h"
#include "core/reader.h"

namespace aza {

// A statement that spilled, all its calls together (pg_stat_statements).
struct SpillingStatement {
  int64_t query_id = 0;
  std::string_view role;
  int64_t calls = 0;
  int64_t temp_bytes = 0;
};

struct SpillFacts {
  int64_t temp_files = 0;  // of all databases, since their statistics were reset
  int64_t temp_bytes = 0;
  std::span<const SpillingStatement> statements;  // the largest first; empty where pg_stat_statements is not installed
};

// The governor's part in a query's memory.
struct GovernorFacts {
  bool on = false;
  int64_t most_per_query = 0;  // up to which it raises a query now
  int64_t capacity = 0;        // of its pool
};

struct CheckpointFacts {
  int64_t timed = 0;
  int64_t requested = 0;
  int64_t wal_bytes = 0;
  int64_t wal_seconds = 0;  // in which those were written
  int64_t timeout_seconds = 0;
  int64_t completion_hundredths = 0;      // checkpoint_completion_target
  std::optional<int64_t> wal_free_bytes;  // where pg_wal is
};

// Client backends in the normal context: neither bulk reads nor vacuum, which leave the cache alone.
struct CacheFacts {
  int64_t reads = 0;  // blocks that were not in shared_buffers
  int64_t hits = 0;
  int64_t evictions = 0;
  int64_t block_bytes = 8192;
};

struct ConnectionFacts {
  int64_t most_at_once = 0;  // since the start
  int64_t uptime_seconds = 0;
  int64_t for_superusers = 0;  // slots that ordinary roles do not get
  bool standby = false;
};

struct LaggingTable {
  std::string_view name;
  int64_t dead = 0;
  int64_t threshold = 0;  // dead rows from which on autovacuum comes
};

struct VacuumFacts {
  bool on = true;
  int64_t busy = 0;  // autovacuum's workers now
  int64_t most_workers = 0;
  int64_t slots = 0;
  int64_t worker_bytes = 0;  // what one may take
  int64_t cost_limit = 0;
  bool throttled = false;                // the cost limit makes it sleep
  int64_t oldest_xid_age = 0;            // of all databases
  int64_t freeze_max_age = 0;            // from which on a vacuum is forced
  std::span<const LaggingTable> tables;  // of this database, nobody vacuums them now; the furthest behind first
};

struct SlotFacts {
  std::string_view name;
  bool active = false;
  int64_t held_bytes = 0;  // WAL that is kept for it
};

struct DiskFacts {
  std::string_view uses;  // "data directory, pg_wal"
  bool holds_wal = false;
  int64_t free_bytes = 0;
  int64_t total_bytes = 0;
};

struct ParallelFacts {
  int64_t launched = 0;                    // parallel workers, since the statistics were reset
  std::optional<int64_t> dev_shm_bytes;    // its size; nullopt where dynamic shared memory is not there, or unknown
  int64_t hash_multiplier_hundredths = 0;  // hash_mem_multiplier
  int64_t workers = 0;                     // max_parallel_workers
  int64_t workers_per_gather = 0;
};

// What the kernel shows; nullopt where it does not.
struct KernelFacts {
  HugePages huge_pages;
  bool limited = false;  // a control group's limit holds, or this is a container: the machine is somebody else's affair
  int64_t memory_bytes = 0;
  int64_t swap_bytes = 0;
  int64_t committed_bytes = 0;  // what all processes were promised
  std::optional<int64_t> overcommit;
  std::optional<int64_t> oom_kills;  // since the machine's start
};
// Never fails: what is odd is left out.
KernelFacts read_kernel_facts(const SystemReader& reader);
// Processes that the kernel killed since the machine's start.
std::optional<int64_t> read_oom_kills(const SystemReader& reader);

// The values that run now.
struct RunningValues {
  int64_t shared_buffers = 0;
  int64_t shared_memory = 0;
  int64_t max_connections = 0;
  int64_t work_mem = 0;
  int64_t max_wal_size = 0;
  int64_t max_slot_wal_keep_size = -1;  // -1: without bound
  bool huge_pages_used = false;
  bool huge_pages_off = false;  // the setting
};

struct AdviceFacts {
  Machine machine;
  RunningValues now;
  SpillFacts spill;
  GovernorFacts governor;
  CheckpointFacts checkpoints;
  CacheFacts cache;
  ConnectionFacts connections;
  VacuumFacts vacuum;
  ParallelFacts parallel;
  std::span<const SlotFacts> slots;
  std::span<const DiskFacts> disks;
  KernelFacts kernel;
  int64_t oom_kills_at_start = 0;
};

}  // namespace aza
