// The plan's arithmetic, without a word: how much each setting gets, and which limit had the last say. make_plan()
// words it. Kept apart so that tests can sweep every size of machine in seconds.
#pragma once

#include <cstdint>

#include "core/plan.h"
#include "core/profile.h"

namespace aza {

enum class Limit {
  none,
  least,            // our own lower bound
  most,             // our own upper bound
  smaller_machine,  // held up at what a smaller machine gets
  bigger_machine,   // held down at what a bigger machine gets
  server_min,
  server_max,
  server_default,
  standby,       // the primary's value
  wal_segments,  // two WAL segments
  wal_space,     // half of the free space where pg_wal is
  max_wal_size,
};

// A value on its way through its limits; `limit` is the last one that changed it, `by` the value it gave.
struct Amount {
  int64_t value = 0;
  Limit limit = Limit::none;
  int64_t by = 0;

  Amount at_least(int64_t least, Limit why = Limit::least) const {
    return value < least ? Amount{least, why, least} : *this;
  }
  Amount at_most(int64_t most, Limit why = Limit::most) const { return value > most ? Amount{most, why, most} : *this; }
};

struct HugePageNeed {
  int64_t needed = 0;  // pages that cover the shared memory; 0 where the page size is unknown
  int64_t usable = 0;  // free pages that the group may take
};

struct Amounts {
  Amount of[kSettingCount];
  bool planned[kSettingCount] = {};
  Budget budget;
  HugePageNeed huge_pages;

  const Amount& operator[](Setting setting) const { return of[static_cast<int>(setting)]; }
  void plan(Setting setting, Amount amount) {
    of[static_cast<int>(setting)] = amount;
    planned[static_cast<int>(setting)] = true;
  }
};

Amounts plan_amounts(const Machine& machine, const ServerBounds& bounds);

// `machine` with every number inside what the arithmetic can carry: no detected value can overflow it.
Machine sane_machine(const Machine& machine);

// The tier that a machine is in; tiers ascend in from_mib and the first is from 0.
template <class Tier>
const Tier& tier_at(std::span<const Tier> tiers, int64_t memory_mib) {
  const Tier* found = tiers.data();
  for (const Tier& tier : tiers) {
    if (tier.from_mib <= memory_mib) found = &tier;
  }
  return *found;
}

// The rules, one each; sizes in bytes, memory in MiB. `connections` is the planned max_connections.
Amount connections_amount(const Machine& machine);
Amount shared_buffers_amount(const Machine& machine);
Amount cache_amount(const Machine& machine, int64_t shared_buffers);
Amount maintenance_amount(const Machine& machine);
Amount work_amount(const Machine& machine, int64_t connections);

Amount worker_processes_amount(const Machine& machine);
Amount parallel_workers_amount(const Machine& machine);
Amount gather_workers_amount(const Machine& machine);
Amount maintenance_workers_amount(const Machine& machine);
Amount io_workers_amount(const Machine& machine);
// For autovacuum_max_workers and autovacuum_worker_slots: one rule, two defaults.
Amount autovacuum_amount(const Machine& machine, int64_t server_default);

Amount max_wal_amount(const Machine& machine);
Amount min_wal_amount(const Machine& machine, int64_t max_wal);
// How large max_wal_size may be with that much free where pg_wal is.
int64_t most_wal_bytes(int64_t free_bytes);

HugePageNeed huge_page_need(const HugePages& pages, int64_t shared_memory);

// Limits and constants that the rules and their words share.
inline constexpr int64_t kMostSharedBuffersMib = 32768;
inline constexpr int64_t kLeastMaintenanceMib = 32;
inline constexpr int64_t kMostMaintenanceMib = 2048;
inline constexpr int64_t kLeastWorkMib = 1;
inline constexpr int kLeastWorkerProcesses = 8;
inline constexpr int kMostWorkerProcesses = 64;
inline constexpr int kManyCpus = 8;  // up to here autovacuum keeps the server's default
inline constexpr int kMostAutovacuumWorkers = 16;
inline constexpr int64_t kManyIoWorkersFromMib = 2048;

}  // namespace aza
