// The grants that this backend holds.
#pragma once

#include "pg/governor_shared.h"

namespace aza {

// One query's grant, or one utility statement's.
struct HeldGrant {
  const void* holder;  // its QueryDesc, or the utility statement's frame
  int64 bytes;
  int64 from_reserve;
  bool large;
  bool spans_transactions;  // VACUUM and its like commit on their way
  SubTransactionId subid;
  int work_mem_kb;       // 0: the setting is left alone
  int own_kb;            // what the setting was before
  int saved_setting_kb;  // of maintenance_work_mem, for a utility statement; 0: untouched
};

// Whether this backend holds any: what a query without a grant pays for asking.
extern int held_grants;
HeldGrant* held_grant(const void* holder);
// The one whose work_mem is in force just now, or nullptr.
const HeldGrant* grant_in_force();

// As ask_pool() does; the answer is valid until the next call.
// `may_wait`: false for what runs inside another query.
HeldGrant* acquire_grant(const void* holder, const GrantRequest& request, int64 query_id, bool may_wait);
void release_grant(const void* holder);
// All, also a place in the line; for a backend that ends.
void release_everything();

// Gives grants back when a transaction or subtransaction ends. Only while preload libraries are loaded.
void watch_transactions();

}  // namespace aza
