// The plan: what each setting should be on a machine, and why. Pure integer arithmetic, no server needed.
// Source of the numbers: the sizing table in docs/sizing.md, of which every row is a test; profiles after pgtune's
// rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/detection.h"

namespace aza {

enum class Workload { mixed, web, oltp, dw, desktop };
enum class Storage { ssd, nvme, hdd, san };

const char* workload_name(Workload workload);
const char* storage_name(Storage storage);
// `name` is what the message calls it (POSTGRES_WORKLOAD_TYPE, aza.workload, --workload). Any case.
std::variant<Workload, InputError> parse_workload(std::string_view name, std::string_view text);
std::variant<Storage, InputError> parse_storage(std::string_view name, std::string_view text);

// Every setting that can be planned, in the order of the report.
enum class Setting {
  max_connections,
  shared_buffers,
  effective_cache_size,
  maintenance_work_mem,
  work_mem,
  max_worker_processes,
  max_parallel_workers,
  max_parallel_workers_per_gather,
  max_parallel_maintenance_workers,
  io_workers,
  autovacuum_worker_slots,
  autovacuum_max_workers,
  min_wal_size,
  max_wal_size,
  random_page_cost,
  effective_io_concurrency,
  maintenance_io_concurrency,
  default_statistics_target,
  jit,
  huge_pages,
  // planned only on a standby whose primary has more than the server's default
  max_wal_senders,
  max_prepared_transactions,
  max_locks_per_transaction,
};
inline constexpr int kSettingCount = static_cast<int>(Setting::max_locks_per_transaction) + 1;
const char* setting_name(Setting setting);
bool is_size(Setting setting);  // its amounts are bytes

// A setting's bounds and default in the plan's own unit: bytes for sizes, else the plain number; random_page_cost in
// hundredths. Read from the running server where there is one.
struct Bounds {
  int64_t min = 0;
  int64_t max = INT64_MAX;
  int64_t server_default = 0;
};
struct ServerBounds {
  Bounds of[kSettingCount];
  const Bounds& operator[](Setting setting) const { return of[static_cast<int>(setting)]; }
  Bounds& operator[](Setting setting) { return of[static_cast<int>(setting)]; }
};
// PostgreSQL 18's own, for planning without a server; a regression test compares it with the real one.
ServerBounds postgres_18_bounds();

// What pg_control of a standby records from its primary: a standby must not have less.
struct StandbyFloor {
  int max_connections = 0;
  int max_worker_processes = 0;
  int max_wal_senders = 0;
  int max_prepared_transactions = 0;
  int max_locks_per_transaction = 0;
};

struct Machine {
  int64_t memory_mib = 0;  // 1 to 1,048,576 and beyond; detected memory
  int cpus = 1;            // at least 1
  Workload workload = Workload::mixed;
  Storage storage = Storage::ssd;
  int preload_workers = 0;                // background workers that preloaded libraries start
  std::optional<int64_t> wal_free_bytes;  // nullopt: unknown, not bounded by it
  int64_t wal_segment_bytes = 16 << 20;   // initdb --wal-segsize: the server wants two in min_wal_size
  HugePages huge_pages;
  std::optional<StandbyFloor> standby;  // set where the server starts as a standby
};

// Background workers that the known preload libraries start, by the name that one loads them by; 0 for hooks only,
// 1 for a library that is not known. `library` without path and without .so.
int preload_workers(std::string_view library);

struct PlannedSetting {
  Setting setting;
  int64_t amount = 0;  // in the unit of Bounds; jit 0 or 1; huge_pages 0 off, 1 try
  std::string value;   // as SET takes it: "512MB", "1.1", "off", "try"
  std::string rule;    // with its numbers: "25 % of 2048MB"
  std::string bound;   // what bounded it: "at most 32768MB", or empty
};

// All in bytes.
struct Budget {
  int64_t memory = 0;
  int64_t shared_memory = 0;   // shared_buffers and what else the server shares
  int64_t connections = 0;     // connections that are counted
  int64_t per_connection = 0;  // idle cost of a backend
  int64_t reserve = 0;         // background processes, WAL, kernel, the page cache's least
  int64_t headroom = 0;        // what is left for queries; negative: by how much it does not fit
  int64_t connections_that_fit = 0;
};

struct Plan {
  std::vector<PlannedSetting> settings;  // in the order of Setting; those not planned are left out
  Budget budget;
  std::vector<std::string> warnings;  // one sentence each, for the server's log
  int64_t huge_pages_to_reserve = 0;  // vm.nr_hugepages that would cover the shared memory; 0 where unknown

  const PlannedSetting* find(Setting setting) const;
};

Plan make_plan(const Machine& machine, const ServerBounds& bounds);

// What an idle backend keeps for itself, page tables included. Measured on PostgreSQL 18.6, x86-64, after one query on
// the catalogue: 1.45 to 1.65 MB of private memory.
inline constexpr int64_t kIdleBackendKib = 1640;

// What `SHOW shared_memory_size` will say on PostgreSQL 18 without other libraries: never less, and at most 16MB more,
// where it was measured; see memory_budget.cpp. Bytes.
int64_t shared_memory_bytes(int64_t shared_buffers, int64_t max_connections, int64_t worker_processes);

// The budget of a machine that runs with given values (bytes): the same formula for the plan and for what a human
// chose.
Budget memory_budget(int64_t memory_mib, int64_t shared_buffers, int64_t max_connections, int cpus);

// By how much the budget does not hold and how many connections would fit, in one sentence; empty where it holds.
std::string budget_warning(const Budget& budget);

}  // namespace aza
