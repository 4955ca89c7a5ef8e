#include "pg/pressure_cancel.h"

#include "core/bytes.h"
#include "pg/governor_shared.h"

namespace aza {

namespace {

// A cancel that its query has outrun is not the reason of another one that a person sends later.
constexpr int kBelatedMs = 3000;

}  // namespace

void explain_cancel(void*) {
  if (governor == nullptr || geterrcode() != ERRCODE_QUERY_CANCELED) return;
  GrantSlot* slot = &grant_slots()[MyProcNumber];
  const uint64 bytes = pg_atomic_exchange_u64(&slot->cancel_bytes, 0);
  const auto at = static_cast<TimestampTz>(pg_atomic_read_u64(&slot->cancel_at));
  if (bytes == 0 || TimestampDifferenceExceeds(at, GetCurrentTimestamp(), kBelatedMs)) return;
  const int64 limit = memory_ceiling(governor->limit) / kMiB;
  errcode(ERRCODE_OUT_OF_MEMORY);
  errmsg("canceling statement because the server is about to run out of memory");
  errdetail("The query's processes held " UINT64_FORMAT
            " kB of memory, more than any other query; more than 95 %% of the limit of " INT64_FORMAT "MB were in use.",
            bytes / kKiB, limit);
  errhint(
      "Make the query smaller, lower work_mem or max_parallel_workers_per_gather for it, or give the server more "
      "memory.");
}

bool inside_a_query() {
  for (const ErrorContextCallback* at = error_context_stack; at != nullptr; at = at->previous)
    if (at->callback == explain_cancel && at->arg != nullptr) return true;
  return false;
}

}  // namespace aza
