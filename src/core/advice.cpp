#include "core/advice.h"

#include <limits>

#include "core/plan_amounts.h"

namespace aza {

namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

}  // namespace

int64_t spare_bytes(const Machine& machine, int64_t shared_buffers, int64_t connections, int64_t work_mem) {
  return memory_budget(machine.memory_mib, shared_buffers, connections, machine.cpus).headroom -
         capped_product(connections, work_mem);
}

bool worth_raising(int64_t now, int64_t proposed) {
  return capped_product(proposed, kWorthDivisor) >= capped_product(now, kWorthDivisor + 1) && proposed > now;
}

int64_t capped_product(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

int64_t round_size(int64_t bytes) {
  int64_t size = kMiB;
  while (size < bytes && size <= kMost / 2) size *= 2;
  return size;
}

std::vector<Advice> advise(const AdviceFacts& seen) {
  AdviceFacts facts = seen;
  facts.machine = sane_machine(seen.machine);
  std::vector<Advice> rows;
  for (const auto rule : {advise_spills, advise_cache, advise_connections, advise_checkpoints, advise_slots,
                          advise_disks, advise_vacuum, advise_huge_pages, advise_dev_shm, advise_overcommit}) {
    rule(facts, rows);
  }
  return rows;
}

}  // namespace aza
