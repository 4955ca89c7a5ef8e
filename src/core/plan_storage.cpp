// What depends on the disks: WAL. (The costs and concurrencies of a storage are plain table look-ups.)
#include "core/bytes.h"
#include "core/plan_amounts.h"

namespace aza {

int64_t most_wal_bytes(int64_t free_bytes) {
  return free_bytes / 2 / kMiB * kMiB;
}

// The server refuses to start with less than two segments in either.
Amount max_wal_amount(const Machine& machine) {
  Amount bytes{profile_of(machine.workload).max_wal_mib * kMiB};
  if (machine.wal_free_bytes) bytes = bytes.at_most(most_wal_bytes(*machine.wal_free_bytes), Limit::wal_space);
  return bytes.at_least(2 * machine.wal_segment_bytes, Limit::wal_segments);
}

Amount min_wal_amount(const Machine& machine, int64_t max_wal) {
  return Amount{profile_of(machine.workload).min_wal_mib * kMiB}
      .at_most(max_wal, Limit::max_wal_size)
      .at_least(2 * machine.wal_segment_bytes, Limit::wal_segments);
}

}  // namespace aza
