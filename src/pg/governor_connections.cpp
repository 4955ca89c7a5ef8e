#include "pg/governor_connections.h"

#include <algorithm>

#include "pg/governor_settings.h"
#include "pg/governor_shared.h"

namespace aza {

namespace {

// Somebody must be able to look, whatever the measurement says.
constexpr uint32 kAlwaysAdmitted = 4;

ClientAuthentication_hook_type next_check;

// Without a client it has looked from time to time only.
void wake_watcher() {
  const uint32 watcher = pg_atomic_read_u32(&governor->watcher);
  if (watcher > 0) SetLatch(&GetPGProcByNumber(watcher - 1)->procLatch);
}

void count_refusal() {
  GovernorLock lock;
  governor->counts.refused_connections++;
}

void refuse(uint32 connections, uint32 fit) {
  count_refusal();
  const int64 each = governor->measured.idle_backend / kKiB;
  ereport(FATAL,
          (errcode(ERRCODE_TOO_MANY_CONNECTIONS),
           errmsg("too many connections for the server's memory: %u are open, %u fit", connections - 1, fit),
           errdetail("An idle connection holds " INT64_FORMAT " kB here, and the memory limit is " INT64_FORMAT "MB.",
                     each, memory_ceiling(governor->limit) / kMiB),
           errhint("Put PgBouncer in front of the server, close idle connections, or give the server more memory.")));
}

// Those reserved for superusers come on top: somebody must be able to close what is open. Authentication has looked up
// the role already, in a transaction.
bool fits(const Port* port, uint32 connections, uint32 fit) {
  const uint32 admitted = std::max(fit, kAlwaysAdmitted);
  if (connections <= admitted) return true;
  return connections - admitted <= static_cast<uint32>(SuperuserReservedConnections) &&
         superuser_arg(get_role_oid(port->user_name, true));
}

// Replication is never refused: without it the disk would fill up with WAL.
void check_connection(Port* port, int status) {
  if (next_check != nullptr) next_check(port, status);
  if (governor == nullptr || status != STATUS_OK || am_walsender) return;
  own_slot()->counted = true;
  const uint32 connections = pg_atomic_add_fetch_u32(&governor->connections, 1);
  if (connections == 1) wake_watcher();
  const uint32 fit = pg_atomic_read_u32(&governor->connections_that_fit);
  if (governor_on && !fits(port, connections, fit)) refuse(connections, fit);
  pg_atomic_monotonic_advance_u64(&governor->most_connections, connections);
}

}  // namespace

void install_connection_check() {
  next_check = ClientAuthentication_hook;
  ClientAuthentication_hook = check_connection;
}

}  // namespace aza
