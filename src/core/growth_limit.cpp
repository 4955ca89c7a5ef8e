#include "core/growth_limit.h"

#include <algorithm>

#include "core/bytes.h"

namespace aza {

namespace {

constexpr int64_t kSmallProcess = 16 * kMiB;
constexpr int64_t kLeastOfSmall = 2 * kMiB;
constexpr int64_t kNeverTouched = 8 * kMiB;
constexpr int64_t kMarginShare = 20;
constexpr int kRunningPerCpu = 4;

}  // namespace

bool growth_is_limited(int64_t percent, bool limited_now) {
  return percent >= (limited_now ? kGrowthFreePercent : kGrowthLimitedPercent);
}

int64_t untouched_memory(int64_t data, int64_t anonymous) {
  return std::max<int64_t>(0, data - anonymous - kNeverTouched);
}

int64_t growth_share(const GrowthFacts& facts) {
  const int64_t left =
      std::max<int64_t>(0, facts.limit - facts.limit / kMarginShare - facts.working_set - facts.untouched);
  if (facts.working_set < facts.limit / 100 * kGrowthSharedPercent) return left;
  return left / std::clamp<int64_t>(facts.running, 1, int64_t{kRunningPerCpu} * std::max(1, facts.cpus));
}

int64_t growth_bound(int64_t data, int64_t anonymous, int64_t share) {
  return data + (anonymous < kSmallProcess ? std::max(share, kLeastOfSmall) : share);
}

}  // namespace aza
