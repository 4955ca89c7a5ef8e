#include "core/grant_need.h"

#include <algorithm>

#include "core/bytes.h"

namespace aza {

namespace {

constexpr int64_t kQueryOverhead = 2 * kMiB;
constexpr int64_t kWorkerOverhead = 4 * kMiB;
constexpr int64_t kSpillShare = 4;
constexpr int64_t kMostSpillCache = 16 * kMiB;

// Keeps the sums below overflow.
int bounded(int processes) {
  return std::clamp(processes, 1, 1024);
}

int64_t scaled(int64_t bytes, int64_t hundredths) {
  return std::min(bytes, kMostNeed) / 100 * hundredths;
}

// What one process may take in this node.
int64_t cap_of(const NodeNeed& node, const WorkMem& work_mem) {
  const int64_t counted = node.hashed ? scaled(work_mem.bytes, work_mem.hash_hundredths) : work_mem.bytes;
  return node.real_hundredths > 100 ? scaled(counted, node.real_hundredths) : counted;
}

int64_t whole_kib(int64_t bytes) {
  return (bytes + kKiB - 1) / kKiB * kKiB;
}

}  // namespace

void PlanNeed::add(NodeNeed node) {
  processes = std::max(processes, bounded(node.processes));
  if (count < kMostNodes) {
    nodes[count++] = node;
    return;
  }
  NodeNeed& last = nodes[kMostNodes - 1];
  last.expected = std::min(kMostNeed, std::max(last.expected, node.expected));
  last.processes += node.processes;
  last.hashed = last.hashed || node.hashed;
  last.real_hundredths = std::max(last.real_hundredths, node.real_hundredths);
}

void PlanNeed::add_unbounded(int64_t bytes, int in_processes) {
  processes = std::max(processes, bounded(in_processes));
  unbounded = std::min(kMostNeed, unbounded + std::min(bytes, kMostNeed) * bounded(in_processes));
}

int64_t expected_bytes(double rows, int64_t bytes_per_row) {
  if (!(rows > 0) || bytes_per_row <= 0) return 0;
  const double bytes = rows * static_cast<double>(bytes_per_row);
  return bytes < static_cast<double>(kMostNeed) ? static_cast<int64_t>(bytes) : kMostNeed;
}

int64_t need_at(const PlanNeed& need, const WorkMem& work_mem) {
  int64_t sum = 0;
  for (int i = 0; i < need.count; i++) {
    const NodeNeed& node = need.nodes[i];
    sum = std::min(kMostNeed, sum + std::min(node.expected, cap_of(node, work_mem)) * bounded(node.processes));
  }
  return sum;
}

int64_t process_overhead(const PlanNeed& need) {
  return kQueryOverhead + worker_overhead(need.processes - 1);
}

int64_t worker_overhead(int workers) {
  return workers * kWorkerOverhead;
}

int64_t spill_cache(const PlanNeed& need, const WorkMem& work_mem) {
  int64_t spilled = 0;
  for (int i = 0; i < need.count; i++) {
    const NodeNeed& node = need.nodes[i];
    const int64_t beyond = std::max<int64_t>(0, node.expected - cap_of(node, work_mem));
    spilled = std::min(kMostNeed, spilled + beyond * bounded(node.processes));
  }
  return std::min(spilled / kSpillShare, kMostSpillCache);
}

int64_t work_mem_without_spill(const PlanNeed& need, int64_t hash_hundredths) {
  int64_t most = kLeastWorkMemBytes;
  for (int i = 0; i < need.count; i++) {
    const NodeNeed& node = need.nodes[i];
    const int64_t counted =
        node.real_hundredths > 100 ? node.expected / node.real_hundredths * 100 + 200 : node.expected;
    // One more hundredth's worth covers what the division above loses.
    const int64_t work_mem = node.hashed ? counted / std::max<int64_t>(hash_hundredths, 100) * 100 + 200 : counted;
    most = std::max(most, work_mem);
  }
  return whole_kib(most);
}

int64_t work_mem_within(const PlanNeed& need, int64_t bytes, int64_t hash_hundredths, int64_t least, int64_t most) {
  int64_t fits = std::max(least, kLeastWorkMemBytes) / kKiB;
  int64_t too_much = most / kKiB + 1;
  while (too_much - fits > 1) {
    const int64_t middle = (fits + too_much) / 2;
    (need_at(need, {middle * kKiB, hash_hundredths}) <= bytes ? fits : too_much) = middle;
  }
  return fits * kKiB;
}

}  // namespace aza
