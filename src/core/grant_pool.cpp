#include "core/grant_pool.h"

#include <algorithm>

#include "core/bytes.h"

namespace aza {

namespace {

constexpr int64_t kSmallShare = 32;     // a query is small up to this part of the pool
constexpr int64_t kSmallRoomShare = 8;  // all small ones that overtake together
constexpr int64_t kRaisedShare = 2;     // a raised grant leaves at least half of what is free to those that come next

int64_t room_for_small(const PoolRules& rules, const PoolUse& use) {
  return rules.capacity / kSmallRoomShare - use.small;
}

int64_t grant_small(const PoolRules& rules, const PoolUse& use, const GrantRequest& request, bool first_in_line) {
  const int64_t free = rules.capacity - use.granted;
  const int64_t bytes = std::min(request.need, free);
  if (bytes < request.least) return 0;
  return first_in_line || request.need <= std::min(free, room_for_small(rules, use)) ? bytes : 0;
}

// What may be taken of the free bytes: all that the settings allow, or all with which it would not spill.
// Nothing in between: measured, a sort or a hash that spills anyway is no faster with more (bench/governor). Nor where
// somebody waits: what it spills stays in page cache, if only that is left to it.
int64_t share_of_free(const PoolRules& rules, const PoolUse& use, const GrantRequest& request, bool contended) {
  const int64_t free = rules.capacity - use.granted;
  const bool may_rise = rules.may_rise && !contended;
  const bool fits = may_rise && request.most <= std::min(rules.most_per_query, free / kRaisedShare);
  return fits ? request.most : std::min(free, request.need);
}

}  // namespace

int64_t pool_capacity(const PoolFacts& facts) {
  return std::max<int64_t>(0, facts.limit - facts.shared_memory - facts.kernel - facts.other_anonymous -
                                  facts.new_connections - facts.reserve);
}

int64_t pool_reserve(int64_t limit) {
  return 16 * kMiB + std::min(limit / 16, kGiB);
}

int64_t late_reserve(int64_t limit) {
  return pool_reserve(limit) / 4;
}

int large_at_once(int cpus, bool pressed) {
  const int usual = std::max(2, cpus);
  return pressed ? std::max(1, usual / 2) : usual;
}

bool is_large(const GrantRequest& request, int64_t capacity) {
  return request.wish > capacity / kSmallShare;
}

int64_t grant_for(const PoolRules& rules, const PoolUse& use, const GrantRequest& request, bool first_in_line,
                  bool contended) {
  if (!is_large(request, rules.capacity) && (contended || !first_in_line))
    return grant_small(rules, use, request, first_in_line);
  if (!first_in_line || (contended && use.large >= rules.large_at_once)) return 0;
  const int64_t bytes = share_of_free(rules, use, request, contended);
  if (bytes >= request.least) return bytes;
  // Alone it starts in any case: nobody is there to wait for.
  return use.granted == 0 ? request.least : 0;
}

ImmediateGrant grant_at_once(const PoolRules& rules, const PoolUse& use, const GrantRequest& request) {
  const int64_t bytes = std::min(request.need, rules.capacity - use.granted);
  if (bytes >= request.least) return {bytes, 0};
  return {0, request.least};
}

ImmediateGrant late_grant(const PoolRules& rules, const PoolUse& use, int64_t least, int64_t reserve_left) {
  if (use.large >= 2 * rules.large_at_once) return {};
  if (least <= rules.capacity - use.granted) return {least, 0};
  return least <= reserve_left ? ImmediateGrant{0, least} : ImmediateGrant{};
}

NextGrant next_grant(const PoolRules& rules, const PoolUse& use, std::span<const GrantRequest> line) {
  for (size_t i = 0; i < line.size(); i++) {
    const bool first = i == 0;
    const int64_t bytes = grant_for(rules, use, line[i], first, true);
    if (bytes > 0) return {static_cast<int>(i), bytes};
  }
  return {};
}

void take(PoolUse& use, int64_t bytes, bool large) {
  use.granted += bytes;
  if (large)
    use.large++;
  else
    use.small += bytes;
}

void give_back(PoolUse& use, int64_t bytes, bool large) {
  use.granted -= bytes;
  if (large)
    use.large--;
  else
    use.small -= bytes;
}

}  // namespace aza
