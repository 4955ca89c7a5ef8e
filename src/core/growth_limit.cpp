#include "core/growth_limit.h"

#include <algorithm>

#include "core/bytes.h"

namespace aza {

namespace {

constexpr int64_t kNearPauseMs = 20;
constexpr int64_t kLeastFarPauseMs = 50;
constexpr int64_t kMostFarPauseMs = 250;
constexpr int64_t kSmallProcess = 16 * kMiB;
constexpr int64_t kLeastOfSmall = 2 * kMiB;
constexpr int64_t kNeverTouched = 8 * kMiB;
constexpr int64_t kMarginShare = 20;
constexpr int64_t kLastShare = 32;
constexpr int kRunningPerCpu = 4;
constexpr int64_t kLeastSession = 4 * kMiB;

}  // namespace

bool growth_is_limited(int64_t percent, bool limited_now) {
  return percent >= (limited_now ? kGrowthFreePercent : kGrowthLimitedPercent);
}

int64_t look_pause_ms(int64_t limit, int64_t working_set, int cpus) {
  const int64_t distance = limit / 100 * kGrowthFreePercent - working_set;
  if (distance <= 0) return kNearPauseMs;
  return std::clamp(distance / (std::max(cpus, 1) * kGiB / 1000), kLeastFarPauseMs, kMostFarPauseMs);
}

int64_t untouched_memory(int64_t data, int64_t anonymous) {
  return std::max<int64_t>(0, data - anonymous - kNeverTouched);
}

GrowthRoom growth_room(const GrowthFacts& facts) {
  const int64_t left =
      std::max<int64_t>(0, facts.limit - facts.limit / kMarginShare - facts.working_set - facts.untouched);
  const int64_t last = facts.limit - facts.limit / kLastShare - facts.working_set;
  const bool shared = facts.working_set >= facts.limit / 100 * kGrowthSharedPercent;
  const int64_t shares = std::clamp<int64_t>(facts.running, 1, int64_t{kRunningPerCpu} * std::max(1, facts.cpus));
  return {shared ? left / shares : left, std::clamp<int64_t>(last, 0, kLeastOfSmall)};
}

int64_t session_share(const SessionFacts& facts) {
  const int64_t room = facts.limit / 10 * 9 - facts.taken;
  return std::max(kLeastSession, room / std::max(1, facts.connections));
}

int64_t growth_bound(int64_t data, int64_t anonymous, const GrowthRoom& room) {
  return data + (anonymous < kSmallProcess ? std::max(room.share, room.for_small) : room.share);
}

}  // namespace aza
