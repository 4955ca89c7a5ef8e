// Advice from the workload: what the server's counters say about a setting, with the numbers that say so.
//
// A rule speaks only where there is evidence, so that a fresh server gets no advice; and what it proposes stays within
// the plan's memory arithmetic (memory_budget). Each threshold is here, with its source. docs/advice.md is the same for
// readers.
#pragma once

#include <string>
#include <vector>

#include "core/advice_facts.h"
#include "core/bytes.h"

namespace aza {

// One row. Each setting is named by one row at most.
struct Advice {
  std::string topic;
  std::string setting;  // of the server, or what else it is about
  std::string value;    // as it is; empty for a setting of the server, which can say so itself
  std::string proposed;
  std::string evidence;
  std::string effect;
  std::string cost;
  std::string apply;  // what to type; empty for a setting of the server: aza_apply_advice() writes it
};

// A new value must be worth a change: at least a quarter more.
inline constexpr int64_t kWorthDivisor = 4;

// Spilling queries. PostgreSQL's documentation: the memory form of a sort takes more than its temporary file; twice as
// much here.
inline constexpr int64_t kSpillFiles = 10;
inline constexpr int64_t kSpillBytes = 64 * kMiB;
inline constexpr int64_t kMemoryPerSpilled = 2;
inline constexpr int64_t kWorkPercent = 75;      // of the headroom, for every connection's work_mem together
inline constexpr int64_t kQueryShareOfPool = 4;  // a raised query gets at most a quarter of the governor's pool
inline constexpr int64_t kRoleShare = 8;         // and a role's own work_mem is at most an eighth of the headroom

// Checkpoints requested by WAL. The server asks for one when max_wal_size / (1 + checkpoint_completion_target) has been
// written (CalculateCheckpointSegments in xlog.c); one that a person or a backup asked for comes with less.
inline constexpr int64_t kRequestedCheckpoints = 5;
inline constexpr int64_t kMostAdvisedWal = 64 * kGiB;

// Cache misses. The cache was replaced as a whole, and more than a twentieth of all accesses missed. PostgreSQL's
// documentation: more than 40 % of the memory is unlikely to work better.
inline constexpr int64_t kMissPercent = 5;
inline constexpr int64_t kMostBufferPercent = 40;

// Connections. A week holds the weekly peak; where that was a quarter of the allowance, twice the peak is enough.
inline constexpr int64_t kDaySeconds = 86400;
inline constexpr int64_t kObservedSeconds = 7 * kDaySeconds;
inline constexpr int64_t kUnusedDivisor = 4;
inline constexpr int64_t kLeastConnections = 20;
inline constexpr int64_t kManyConnections = 40;

// Autovacuum. The threshold is PostgreSQL's own formula; at twice as much, with all workers busy, nobody has come.
inline constexpr int64_t kLagFactor = 2;
inline constexpr int64_t kLeastDead = 10000;
inline constexpr int64_t kMostCostLimit = 2000;

// Huge pages. Each backend that touches all shared memory keeps 8 bytes of page table for each 4kB of it.
inline constexpr int64_t kMappedPerTableByte = 512;
inline constexpr int64_t kTableShare = 64;  // worth it from a sixty-fourth of the memory on

// Parallel queries keep their hash tables in /dev/shm.
inline constexpr int64_t kParallelWorkersSeen = 10;

// vm.overcommit_ratio when the kernel shall refuse memory instead of killing; raised where more is promised already.
inline constexpr int64_t kOvercommitPercent = 90;

// Disks: less than a tenth free, and less than 10GB.
inline constexpr int64_t kLittleDivisor = 10;
inline constexpr int64_t kLittleBytes = 10 * kGiB;

// In the order of the rules, at most one row per setting.
std::vector<Advice> advise(const AdviceFacts& facts);

// The rules, each for itself. What one proposes is dealt out for those after it: it becomes the value that runs in
// `facts`, so that all rows together fit into the memory.
void advise_spills(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_cache(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_connections(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_checkpoints(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_slots(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_disks(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_vacuum(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_huge_pages(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_dev_shm(AdviceFacts& facts, std::vector<Advice>& rows);
void advise_overcommit(AdviceFacts& facts, std::vector<Advice>& rows);

// What the rules share.

// What is left once every connection has taken one work_mem; negative where that does not fit. The one measure by which
// a proposed value is within the plan.
int64_t spare_bytes(const Machine& machine, int64_t shared_buffers, int64_t connections, int64_t work_mem);
// Whether `proposed` is worth a change of `now`.
bool worth_raising(int64_t now, int64_t proposed);
// a * b, or the largest number there is.
int64_t capped_product(int64_t a, int64_t b);
// The next power of two that is not less, in bytes, from 1MB up.
int64_t round_size(int64_t bytes);

}  // namespace aza
