// What a workload and a storage change in the plan: tables only, no arithmetic.
// Sources: the sizing table in docs/sizing.md for `mixed` on `ssd`; pgtune's published rules for the others, carried
// over to our tiers of memory (docs/sizing.md says how).
#pragma once

#include <cstdint>
#include <span>

#include "core/plan.h"

namespace aza {

// A part of something: {25, 100} is 25 %, {1, 16} a sixteenth.
struct Share {
  int parts = 1;
  int of = 1;
  int64_t apply(int64_t amount) const { return amount * parts / of; }
};

struct ConnectionTier {
  int64_t from_mib;
  int connections;
};

struct BufferTier {
  int64_t from_mib;
  Share share;
};

struct WorkloadProfile {
  const char* name;
  std::span<const ConnectionTier> connections;  // ascending in both columns
  std::span<const BufferTier> buffers;          // ascending in memory; the shares may fall
  Share cache;                                  // effective_cache_size
  int maintenance_divisor;                      // maintenance_work_mem is memory / this
  int work_divisor;                             // work_mem is memory / (max_connections x this)
  int64_t work_most_mib;
  int64_t min_wal_mib;
  int64_t max_wal_mib;
  int statistics_target;
  bool jit;
  bool gather_on_one_cpu;  // false: a single CPU gets no parallel query
};

struct StorageProfile {
  const char* name;
  int random_page_cost;  // hundredths
  int effective_io_concurrency;
  int maintenance_io_concurrency;
};

const WorkloadProfile& profile_of(Workload workload);
const StorageProfile& profile_of(Storage storage);

}  // namespace aza
