// A list of libraries as shared_preload_libraries takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aza {

// The names that preload_workers() knows: "'$libdir/pg_cron', timescaledb.so" gives pg_cron and timescaledb. Empty
// entries are left out.
std::vector<std::string> preload_list(std::string_view text);

}  // namespace aza
