#include "pg/governor_hooks.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/grant_need.h"
#include "pg/governor_grants.h"
#include "pg/governor_plan_need.h"
#include "pg/governor_settings.h"
#include "pg/growth_guard.h"
#include "pg/guc_record.h"
#include "pg/live_limit.h"
#include "pg/pressure_cancel.h"
#include "pg/tuning.h"

namespace aza {

namespace {

constexpr int kLeastShownKb = 1024;  // a query is not asked to run with less than this, unless its setting is less
constexpr int64 kFloorShare = 64;
constexpr int64 kUnboundedShare = 2;

ExecutorStart_hook_type next_start;
ExecutorRun_hook_type next_run;
ExecutorFinish_hook_type next_finish;
ExecutorEnd_hook_type next_end;

void start_next(QueryDesc* query, int flags) {
  if (next_start != nullptr) return next_start(query, flags);
  standard_ExecutorStart(query, flags);
}

void run_next(QueryDesc* query, ScanDirection direction, uint64 count) {
  if (next_run != nullptr) return next_run(query, direction, count);
  standard_ExecutorRun(query, direction, count);
}

void finish_next(QueryDesc* query) {
  if (next_finish != nullptr) return next_finish(query);
  standard_ExecutorFinish(query);
}

void end_next(QueryDesc* query) {
  if (next_end != nullptr) return next_end(query);
  standard_ExecutorEnd(query);
}

// Not below the least work_mem there is: with an empty pool every query with a function scan would stand in line.
int64 floor_bytes() {
  const int64 share = static_cast<int64>(pg_atomic_read_u64(&governor->capacity)) / kFloorShare;
  return std::min<int64>(grant_floor_kb * kKiB, std::max(share, kLeastWorkMemBytes));
}

int64 hash_hundredths() {
  return static_cast<int64>(hash_mem_multiplier * 100);
}

// The setting as it is outside of the queries that this backend runs, which have changed it for themselves.
struct OwnSetting {
  int work_mem_kb;
  bool is_chosen;  // by the session, its role or its database, or pinned
};

OwnSetting own_setting() {
  static const struct config_generic* record = guc_record(Setting::work_mem);
  if (const HeldGrant* grant = grant_in_force()) return {grant->own_kb, false};
  return {work_mem, is_chosen(record, Setting::work_mem)};
}

bool is_governed(const QueryDesc* query, int flags) {
  return governor_on && governor != nullptr && (flags & EXEC_FLAG_EXPLAIN_ONLY) == 0 && !IsParallelWorker() &&
         query->plannedstmt->commandType != CMD_UTILITY && IsUnderPostmaster;
}

int least_shown_kb(const OwnSetting& own) {
  return std::min(own.work_mem_kb, kLeastShownKb);
}

GrantRequest request_for(const PlanNeed& need, const OwnSetting& own, bool fixed) {
  const int64 hash = hash_hundredths();
  const int64 beside = process_overhead(need) + need.unbounded;
  const int64 capacity = static_cast<int64>(pg_atomic_read_u64(&governor->capacity));
  const WorkMem allowed = {own.work_mem_kb * kKiB, hash};
  GrantRequest request;
  request.need = need_at(need, allowed) + beside + spill_cache(need, allowed);
  request.wish = std::max(request.need, need_at(need, {work_mem_without_spill(need, hash), hash}) + beside);
  // Without page cache it is slow, but it runs. And what no setting bounds is a guess, which must not keep it waiting
  // for a whole pool.
  request.least = need_at(need, fixed ? allowed : WorkMem{least_shown_kb(own) * kKiB, hash}) + process_overhead(need) +
                  std::min(need.unbounded, capacity / kUnboundedShare);
  // A need beyond the whole pool would never be met.
  request.least = std::min(request.least, std::max<int64>(capacity, 1));
  request.most = fixed ? request.need : request.wish;
  return request;
}

// work_mem with which the query stays within its grant.
int granted_work_mem(const PlanNeed& need, const HeldGrant& grant, const GrantRequest& request, const OwnSetting& own) {
  if (grant.from_reserve > 0) return least_shown_kb(own);
  if (grant.bytes > request.need) return static_cast<int>(work_mem_without_spill(need, hash_hundredths()) / kKiB);
  if (grant.bytes == request.need) return own.work_mem_kb;
  return static_cast<int>(work_mem_within(need, grant.bytes - process_overhead(need) - need.unbounded,
                                          hash_hundredths(), least_shown_kb(own) * kKiB, own.work_mem_kb * kKiB) /
                          kKiB);
}

// Not inlined: a plan's need is large, and would push the executor down the stack of queries that have none.
[[gnu::noinline]] void ask_for_grant(QueryDesc* query) {
  PlanNeed need;
  if (!plan_need(query->plannedstmt, need)) return;
  const OwnSetting own = own_setting();
  const bool fixed = own.is_chosen && !govern_explicit;
  if (need_at(need, {own.work_mem_kb * kKiB, hash_hundredths()}) + need.unbounded < floor_bytes()) return;
  const GrantRequest request = request_for(need, own, fixed);
  HeldGrant* grant = acquire_grant(query, request, static_cast<int64>(query->plannedstmt->queryId), held_grants == 0);
  if (fixed) return;
  grant->own_kb = own.work_mem_kb;
  grant->work_mem_kb = granted_work_mem(need, *grant, request, own);
}

// work_mem of a grant for as long as the executor works on its query. As a function's SET clause does it, so that an
// error, a SET inside of the query and nested queries all come out right.
int enter_grant_setting(const HeldGrant* grant) {
  if (grant == nullptr || grant->work_mem_kb == 0 || grant->work_mem_kb == work_mem) return 0;
  const int level = NewGUCNestLevel();
  char text[16];
  snprintf(text, sizeof text, "%d", grant->work_mem_kb);
  set_config_option("work_mem", text, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  return level;
}

void leave_grant_setting(int level) {
  if (level > 0) AtEOXact_GUC(true, level);
}

// What every query runs lies together, on few pages: most need no memory, and are over in no time.
[[gnu::hot]] void start_query(QueryDesc* query, int flags) {
  apply_new_limits();
  begin_growth();
  if (is_governed(query, flags) && !is_plain(query->plannedstmt)) ask_for_grant(query);
  CancelReason reason;
  const int level = held_grants == 0 ? 0 : enter_grant_setting(held_grant(query));
  start_next(query, flags);
  leave_grant_setting(level);
}

[[gnu::hot]] void run_query(QueryDesc* query, ScanDirection direction, uint64 count) {
  CancelReason reason;
  const int level = held_grants == 0 ? 0 : enter_grant_setting(held_grant(query));
  run_next(query, direction, count);
  leave_grant_setting(level);
}

[[gnu::hot]] void finish_query(QueryDesc* query) {
  CancelReason reason;
  const int level = held_grants == 0 ? 0 : enter_grant_setting(held_grant(query));
  finish_next(query);
  leave_grant_setting(level);
}

[[gnu::hot]] void end_query(QueryDesc* query) {
  end_next(query);
  if (held_grants > 0) release_grant(query);
}

}  // namespace

void install_governor_hooks() {
  next_start = ExecutorStart_hook;
  ExecutorStart_hook = start_query;
  next_run = ExecutorRun_hook;
  ExecutorRun_hook = run_query;
  next_finish = ExecutorFinish_hook;
  ExecutorFinish_hook = finish_query;
  next_end = ExecutorEnd_hook;
  ExecutorEnd_hook = end_query;
}

}  // namespace aza
