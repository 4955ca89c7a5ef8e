// Whether it fits: what the server takes before the first query, against the memory there is.
#include <algorithm>

#include "core/bytes.h"
#include "core/plan_amounts.h"

namespace aza {

namespace {

// Fitted to shared_memory_size of PostgreSQL 18.6 at 378 points: shared_buffers 4MB to 32GB, max_connections 20 to
// 1000, max_worker_processes 8 to 64, everything else at its default. `make test` measures some of them again.
constexpr int64_t kPerBufferMib = 24;       // KiB beside each MiB of buffers: descriptors, lookup table, sort space
constexpr int64_t kPerProcessKib = 49;      // locks, PGPROC, status, signal slots
constexpr int64_t kPerIoHandleBytes = 585;  // asynchronous I/O: a handle for each buffer, 1 to 64 for each process
constexpr int64_t kMostIoHandles = 64;
constexpr int64_t kOtherProcesses = 66;  // autovacuum slots 16, WAL senders 10, auxiliary 38, special 2
constexpr int64_t kBuffersPerMib = 128;
constexpr int64_t kFixedMib = 6;

constexpr int64_t kMostConnections = 262143;  // the server's own bound

// WAL buffers are a thirty-second of shared_buffers up to one segment; three SLRU caches a 512th each, up to 8MB.
int64_t derived_caches(int64_t shared_buffers) {
  return std::min(shared_buffers / 32, 16 * kMiB) + 3 * std::min(shared_buffers / 512, 8 * kMiB);
}

// The server's own processes right after the start take 8 MB (measured, nine of them at 0.4 to 0.7 MB and the
// postmaster); the other half is for what they grow by. Worker slots cost what a backend costs once they are used. A
// thirty-second of the memory stays with the kernel and the page cache.
int64_t reserve_bytes(int64_t memory_mib, int64_t worker_processes) {
  return 16 * kMiB + worker_processes * kIdleBackendKib * kKiB + std::min<int64_t>(memory_mib / 32, 1024) * kMiB;
}

int64_t worker_processes_on(int cpus) {
  return std::clamp<int64_t>(2 * int64_t{cpus}, kLeastWorkerProcesses, kMostWorkerProcesses);
}

// The most connections for which there is headroom; the need grows with each of them.
int64_t connections_that_fit(const Budget& budget, int64_t shared_buffers, int64_t worker_processes) {
  auto fits = [&](int64_t connections) {
    const int64_t shared = shared_memory_bytes(shared_buffers, connections, worker_processes);
    return shared + budget.reserve + connections * budget.per_connection <= budget.memory;
  };
  int64_t fitting = 0;
  int64_t too_many = kMostConnections + 1;
  while (too_many - fitting > 1) {
    const int64_t middle = (fitting + too_many) / 2;
    (fits(middle) ? fitting : too_many) = middle;
  }
  return fitting;
}

}  // namespace

int64_t shared_memory_bytes(int64_t shared_buffers, int64_t max_connections, int64_t worker_processes) {
  const int64_t processes = max_connections + worker_processes + kOtherProcesses;
  const int64_t mib = shared_buffers / kMiB;
  const int64_t handles = std::clamp(mib * kBuffersPerMib, processes, processes * kMostIoHandles);
  return shared_buffers + mib * kPerBufferMib * kKiB + derived_caches(shared_buffers) +
         processes * kPerProcessKib * kKiB + handles * kPerIoHandleBytes + kFixedMib * kMiB;
}

Budget memory_budget(int64_t memory_mib, int64_t shared_buffers, int64_t max_connections, int cpus) {
  const int64_t workers = worker_processes_on(cpus);
  Budget budget;
  budget.memory = memory_mib * kMiB;
  budget.shared_memory = shared_memory_bytes(shared_buffers, max_connections, workers);
  budget.connections = max_connections;
  budget.per_connection = kIdleBackendKib * kKiB;
  budget.reserve = reserve_bytes(memory_mib, workers);
  budget.headroom = budget.memory - budget.shared_memory - budget.reserve - max_connections * budget.per_connection;
  budget.connections_that_fit = connections_that_fit(budget, shared_buffers, workers);
  return budget;
}

}  // namespace aza
