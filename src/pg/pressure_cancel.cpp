#include "pg/pressure_cancel.h"

#include "core/bytes.h"
#include "pg/growth_guard.h"

namespace aza {

namespace {

// A cancel that its query has outrun is not the reason of another one that a person sends later.
constexpr int kBelatedMs = 3000;

void say_what_helps() {
  errmsg("canceling statement because the server is about to run out of memory");
  errhint(
      "Make the query smaller, lower work_mem or max_parallel_workers_per_gather for it, or give the server more "
      "memory.");
}

// The kernel gave this process no more memory, as growth_guard.h told it to. From here on it may have some again: the
// error must be reported, and the transaction ended.
void explain_shortage() {
  if (!end_growth_limit()) return;
  pg_atomic_fetch_add_u64(&governor->stopped_growing, 1);
  const uint64 bytes = pg_atomic_read_u64(&grant_slots()[MyProcNumber].limited_bytes);
  say_what_helps();
  errdetail("The process held " UINT64_FORMAT
            " kB of memory and wanted more than its share of what is left of the limit of " INT64_FORMAT "MB.",
            bytes / kKiB, memory_ceiling(governor->limit) / kMiB);
}

}  // namespace

void explain_cancel(void*) {
  if (governor == nullptr) return;
  if (geterrcode() == ERRCODE_OUT_OF_MEMORY) return explain_shortage();
  if (geterrcode() != ERRCODE_QUERY_CANCELED) return;
  GrantSlot* slot = &grant_slots()[MyProcNumber];
  const uint64 bytes = pg_atomic_exchange_u64(&slot->cancel_bytes, 0);
  const auto at = static_cast<TimestampTz>(pg_atomic_read_u64(&slot->cancel_at));
  if (bytes == 0 || TimestampDifferenceExceeds(at, GetCurrentTimestamp(), kBelatedMs)) return;
  end_growth_limit();  // the error must be reported, and the transaction ended
  errcode(ERRCODE_OUT_OF_MEMORY);
  say_what_helps();
  errdetail("The query's processes held " UINT64_FORMAT
            " kB of memory, more than any other query; more than 95 %% of the limit of " INT64_FORMAT "MB were in use.",
            bytes / kKiB, memory_ceiling(governor->limit) / kMiB);
}

bool inside_a_query() {
  for (const ErrorContextCallback* at = error_context_stack; at != nullptr; at = at->previous)
    if (at->callback == explain_cancel && at->arg != nullptr) return true;
  return false;
}

}  // namespace aza
