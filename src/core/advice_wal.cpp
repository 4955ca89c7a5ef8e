// WAL and the disks: checkpoints that it asks for, slots that hold it, file systems that fill up.
#include <algorithm>

#include <fmt/format.h>

#include "core/advice.h"
#include "core/plan_amounts.h"
#include "core/quoted_text.h"

namespace aza {

namespace {

// WAL between two checkpoints, as max_wal_size has to be for it.
int64_t wal_size_for(int64_t bytes, const CheckpointFacts& seen) {
  return capped_product(bytes / 100, 100 + seen.completion_hundredths);
}

// What is written in a checkpoint_timeout; known only where at least that long was counted.
int64_t wal_in_timeout(const CheckpointFacts& seen) {
  if (seen.wal_seconds < std::max<int64_t>(seen.timeout_seconds, 1)) return 0;
  return capped_product(seen.wal_bytes / seen.wal_seconds, seen.timeout_seconds);
}

// At least twice what there was between two requested ones, since the average over quiet hours says nothing about busy
// ones.
int64_t wanted_wal(const CheckpointFacts& seen) {
  const int64_t between = seen.wal_bytes / seen.requested;
  return round_size(wal_size_for(std::max(wal_in_timeout(seen), capped_product(2, between)), seen));
}

// Whether WAL asked for them, not a person, a backup or CREATE DATABASE: those come with less of it.
bool requested_by_wal(const CheckpointFacts& seen, int64_t max_wal_size) {
  return wal_size_for(capped_product(2, seen.wal_bytes / seen.requested), seen) >= max_wal_size;
}

}  // namespace

void advise_checkpoints(AdviceFacts& facts, std::vector<Advice>& rows) {
  const CheckpointFacts& seen = facts.checkpoints;
  const int64_t now = facts.now.max_wal_size;
  if (seen.requested < kRequestedCheckpoints || seen.requested <= seen.timed) return;
  if (!requested_by_wal(seen, now)) return;
  int64_t proposed = std::min(wanted_wal(seen), kMostAdvisedWal);
  if (seen.wal_free_bytes) proposed = std::min(proposed, most_wal_bytes(*seen.wal_free_bytes));
  if (!worth_raising(now, proposed)) return;
  rows.push_back({"checkpoints", setting_name(Setting::max_wal_size), "", exact_size(proposed),
                  fmt::format("{} checkpoints were requested and {} came by time, with {} of WAL", seen.requested,
                              seen.timed, pretty_size(seen.wal_bytes)),
                  "fewer checkpoints, fewer whole pages in WAL, steadier writes",
                  fmt::format("up to {} more on the disk of pg_wal, and a longer recovery after a crash",
                              pretty_size(proposed - now)),
                  ""});
}

namespace {

bool holds_much(const SlotFacts& slot, int64_t max_wal_size) {
  return slot.held_bytes >= max_wal_size;
}

void advise_slot(const SlotFacts& slot, int64_t max_wal_size, std::vector<Advice>& rows) {
  rows.push_back(
      {"replication slots", fmt::format("replication slot {}", slot.name),
       fmt::format("{} of WAL held", pretty_size(slot.held_bytes)), slot.active ? "caught up" : "consumed, or dropped",
       fmt::format("{} and holds {} of WAL, max_wal_size is {}",
                   slot.active ? "the slot is in use" : "nobody uses the slot", pretty_size(slot.held_bytes),
                   pretty_size(max_wal_size)),
       "pg_wal shrinks again: the server stops when its disk is full",
       slot.active ? "none" : "a standby or subscriber of a dropped slot must be made anew",
       slot.active
           ? "find out why its consumer lags: pg_stat_replication"
           : fmt::format("start its consumer, or: SELECT pg_drop_replication_slot({})", quoted(slot.name, '\''))});
}

// More than what is held now, so that setting it breaks no slot at once.
void bound_slots(const AdviceFacts& facts, const SlotFacts& largest, std::vector<Advice>& rows) {
  const std::optional<int64_t> free = facts.checkpoints.wal_free_bytes;
  if (facts.now.max_slot_wal_keep_size >= 0 || !free) return;
  const int64_t proposed = (largest.held_bytes + kMiB - 1) / kMiB * kMiB + most_wal_bytes(*free);
  rows.push_back({"replication slots", "max_slot_wal_keep_size", "", exact_size(proposed),
                  fmt::format("slot {} holds {} of WAL, {} are free where pg_wal is", largest.name,
                              pretty_size(largest.held_bytes), pretty_size(*free)),
                  "a slot without a consumer cannot fill the disk: half of what is free now stays so",
                  "a slot that needs more is lost, and its standby or subscriber must be made anew", ""});
}

bool has_little_room(const DiskFacts& disk) {
  return disk.total_bytes > 0 && disk.free_bytes < std::min(disk.total_bytes / kLittleDivisor, kLittleBytes);
}

}  // namespace

void advise_slots(AdviceFacts& facts, std::vector<Advice>& rows) {
  const SlotFacts* largest = nullptr;
  for (const SlotFacts& slot : facts.slots) {
    if (!holds_much(slot, facts.now.max_wal_size)) continue;
    if (largest == nullptr || slot.held_bytes > largest->held_bytes) largest = &slot;
    advise_slot(slot, facts.now.max_wal_size, rows);
  }
  if (largest != nullptr) bound_slots(facts, *largest, rows);
}

void advise_disks(AdviceFacts& facts, std::vector<Advice>& rows) {
  for (const DiskFacts& disk : facts.disks) {
    if (!has_little_room(disk)) continue;
    const int64_t wanted = std::min(disk.total_bytes / kLittleDivisor, kLittleBytes);
    rows.push_back(
        {"disks", fmt::format("disk of {}", disk.uses), fmt::format("{} free", pretty_size(disk.free_bytes)),
         fmt::format("{} free", pretty_size(wanted)),
         fmt::format("{} of {} are free", pretty_size(disk.free_bytes), pretty_size(disk.total_bytes)),
         disk.holds_wal ? "the server stops when the disk of pg_wal is full" : "statements fail when the disk is full",
         "disk space", "enlarge the file system, or remove what is not needed"});
  }
}

}  // namespace aza
