// Queries that spill, and blocks that are not in shared_buffers.
#include <algorithm>

#include <fmt/format.h>

#include "core/advice.h"
#include "core/plan_amounts.h"
#include "core/quoted_text.h"

namespace aza {

namespace {

constexpr const char* kSpilling = "spilling queries";

int64_t whole_mib(int64_t bytes) {
  return bytes / kMiB * kMiB;
}

// The statements know what one call wrote; a file is only a part of it, since a hash spills into many.
int64_t spilled_at_once(const SpillFacts& spill) {
  int64_t most = spill.statements.empty() ? spill.temp_bytes / std::max<int64_t>(spill.temp_files, 1) : 0;
  for (const SpillingStatement& one : spill.statements) {
    most = std::max(most, one.temp_bytes / std::max<int64_t>(one.calls, 1));
  }
  return most;
}

std::string spill_evidence(const SpillFacts& spill) {
  std::string text = fmt::format("{} temporary files, {} in all", spill.temp_files, pretty_size(spill.temp_bytes));
  for (const SpillingStatement& one : spill.statements) {
    text +=
        fmt::format("; query {} of {}: {} calls, {}", one.query_id, one.role, one.calls, pretty_size(one.temp_bytes));
  }
  return text;
}

void advise_query_memory(const AdviceFacts& facts, int64_t needed, std::vector<Advice>& rows) {
  const int64_t raised_to = std::max(facts.governor.most_per_query, facts.now.work_mem);
  const int64_t proposed = std::min(needed, whole_mib(facts.governor.capacity / kQueryShareOfPool));
  if (!worth_raising(raised_to, proposed)) return;
  rows.push_back(
      {kSpilling, "aza.max_query_memory", "", exact_size(proposed), spill_evidence(facts.spill),
       fmt::format("the governor may give a query {} instead of {} where memory is free: fewer "
                   "temporary files",
                   pretty_size(proposed), pretty_size(raised_to)),
       "large queries wait for each other sooner; on a fast disk a sort in memory can be slower than its spill", ""});
}

void advise_work_mem(AdviceFacts& facts, int64_t proposed, std::vector<Advice>& rows) {
  const RunningValues& now = facts.now;
  if (!worth_raising(now.work_mem, proposed)) return;
  rows.push_back(
      {kSpilling, setting_name(Setting::work_mem), "", exact_size(proposed), spill_evidence(facts.spill),
       "sorts and hashes up to this size stay in memory",
       fmt::format("up to {} more when all {} connections sort at once",
                   pretty_size(capped_product(proposed - now.work_mem, now.max_connections)), now.max_connections),
       ""});
  facts.now.work_mem = proposed;
}

// For what does not fit everybody, but the one whose statement spills most.
void advise_role(const AdviceFacts& facts, int64_t needed, int64_t headroom, std::vector<Advice>& rows) {
  const int64_t proposed = std::min(needed, whole_mib(headroom / kRoleShare));
  if (facts.spill.statements.empty() || !worth_raising(facts.now.work_mem, proposed)) return;
  const std::string role = quoted(facts.spill.statements.front().role, '"');
  const std::string size = exact_size(proposed);
  rows.push_back({kSpilling, "work_mem of role " + role, exact_size(facts.now.work_mem), size,
                  spill_evidence(facts.spill), "this role's sorts and hashes up to this size stay in memory",
                  fmt::format("{} for each sort of this role: mind how many it runs at once", size),
                  fmt::format("ALTER ROLE {} SET work_mem = '{}'", role, size)});
}

int64_t miss_percent(const CacheFacts& cache) {
  const auto accesses = static_cast<unsigned __int128>(cache.reads) + static_cast<unsigned __int128>(cache.hits);
  return accesses == 0 ? 0 : static_cast<int64_t>(static_cast<unsigned __int128>(cache.reads) * 100 / accesses);
}

// Twice as much, as far as the memory goes.
int64_t more_buffers(const AdviceFacts& facts) {
  const RunningValues& now = facts.now;
  const int64_t most = std::min(facts.machine.memory_mib * kMostBufferPercent / 100, kMostSharedBuffersMib) * kMiB;
  int64_t proposed = std::min(whole_mib(2 * now.shared_buffers), most);
  while (proposed > now.shared_buffers && spare_bytes(facts.machine, proposed, now.max_connections, now.work_mem) < 0) {
    proposed -= 16 * kMiB;
  }
  return proposed;
}

}  // namespace

void advise_spills(AdviceFacts& facts, std::vector<Advice>& rows) {
  const SpillFacts& spill = facts.spill;
  if (spill.temp_files < kSpillFiles || spill.temp_bytes < kSpillBytes) return;
  const int64_t needed = round_size(capped_product(kMemoryPerSpilled, spilled_at_once(spill)));
  if (facts.governor.on) return advise_query_memory(facts, needed, rows);
  const int64_t connections = std::max<int64_t>(facts.now.max_connections, 1);
  const int64_t headroom = spare_bytes(facts.machine, facts.now.shared_buffers, connections, 0);
  const int64_t for_all = whole_mib(headroom / 100 * kWorkPercent / connections);
  if (needed > for_all) advise_role(facts, needed, headroom, rows);
  advise_work_mem(facts, std::min(needed, for_all), rows);
}

void advise_cache(AdviceFacts& facts, std::vector<Advice>& rows) {
  const CacheFacts& cache = facts.cache;
  const RunningValues& now = facts.now;
  const int64_t misses = miss_percent(cache);
  if (misses <= kMissPercent || capped_product(cache.evictions, cache.block_bytes) < now.shared_buffers) return;
  const int64_t proposed = more_buffers(facts);
  if (!worth_raising(now.shared_buffers, proposed)) return;
  rows.push_back(
      {"cache misses", setting_name(Setting::shared_buffers), "", exact_size(proposed),
       fmt::format("{} % of the clients' accesses missed shared_buffers ({} reads, {} hits); {} buffers were "
                   "evicted",
                   misses, cache.reads, cache.hits, cache.evictions),
       "more blocks are found in shared_buffers",
       fmt::format("{} more of the memory for good, which queries and page cache lose",
                   pretty_size(proposed - now.shared_buffers)),
       ""});
  facts.now.shared_buffers = proposed;
}

}  // namespace aza
