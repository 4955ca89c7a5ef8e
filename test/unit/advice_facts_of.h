// Facts of a server on which all is well, for a test to spoil in one point.
#pragma once

#include "core/advice.h"

namespace aza::test {

inline AdviceFacts healthy_server() {
  AdviceFacts facts;
  facts.machine.memory_mib = 2048;
  facts.machine.cpus = 2;
  facts.now.shared_buffers = 512 * kMiB;
  facts.now.shared_memory = 566 * kMiB;
  facts.now.max_connections = 120;
  facts.now.work_mem = 4 * kMiB;
  facts.now.max_wal_size = kGiB;
  facts.checkpoints.timeout_seconds = 300;
  facts.checkpoints.completion_hundredths = 90;
  facts.checkpoints.wal_free_bytes = 100 * kGiB;
  facts.connections.most_at_once = 10;
  facts.connections.uptime_seconds = 3600;
  facts.connections.for_superusers = 3;
  facts.vacuum.most_workers = 3;
  facts.vacuum.slots = 16;
  facts.vacuum.worker_bytes = 64 * kMiB;
  facts.vacuum.cost_limit = 200;
  facts.vacuum.throttled = true;
  facts.vacuum.oldest_xid_age = 1000;
  facts.vacuum.freeze_max_age = 200000000;
  facts.parallel.dev_shm_bytes = 64 * kMiB;
  facts.parallel.hash_multiplier_hundredths = 200;
  facts.parallel.workers = 2;
  facts.parallel.workers_per_gather = 1;
  facts.kernel.huge_pages = {2 * kMiB, 0, 0, std::nullopt};
  facts.kernel.memory_bytes = 2 * kGiB;
  facts.kernel.committed_bytes = kGiB;
  facts.kernel.overcommit = 0;
  facts.kernel.oom_kills = 3;
  facts.oom_kills_at_start = 3;
  return facts;
}

// "setting = proposed", a line each.
inline std::string proposals(const AdviceFacts& facts) {
  std::string lines;
  for (const Advice& row : advise(facts)) lines += row.setting + " = " + row.proposed + "\n";
  return lines;
}

inline Advice only_row(const AdviceFacts& facts) {
  const std::vector<Advice> rows = advise(facts);
  return rows.size() == 1 ? rows.front() : Advice{"not one row", "", "", "", proposals(facts), "", "", ""};
}

}  // namespace aza::test
