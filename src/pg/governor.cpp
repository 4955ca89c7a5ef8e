#include "pg/governor.h"

#include "pg/governor_connections.h"
#include "pg/governor_grants.h"
#include "pg/governor_hooks.h"
#include "pg/governor_shared.h"
#include "pg/governor_utility.h"
#include "pg/pressure_worker.h"

namespace aza {

void start_governor() {
  request_governor_memory();
  install_governor_hooks();
  install_utility_hook();
  install_connection_check();
  watch_transactions();
  register_watch_worker();
}

}  // namespace aza
