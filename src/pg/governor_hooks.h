// Where the governor stands in a query's way: before the executor and before utility statements.
#pragma once

#include "pg/postgres_api.h"

namespace aza {

// Only while preload libraries are loaded.
void install_governor_hooks();

}  // namespace aza
