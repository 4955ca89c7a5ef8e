// The line in front of the pool: who asks, who waits, who is served next.
#pragma once

#include "pg/governor_shared.h"

namespace aza {

struct PoolAnswer {
  int64 bytes;
  int64 from_reserve;
  bool large;
};

// Waits where it must and may. Raises 53200 after aza.grant_timeout where aza.grant_timeout_action says so or nothing
// is left, and whatever an interrupt raises.
PoolAnswer ask_pool(const GrantRequest& request, int64 query_id, bool may_wait);
void return_to_pool(const PoolAnswer& answer);

// Gives back what a backend leaves behind when it is interrupted in the line: its place, or a grant handed over just
// then.
void abandon_line();

// Serves the line after anything that may have made room. The lock is held.
void serve_line();

}  // namespace aza
