// The file systems that the server writes to. They are the real ones, wherever aza.root leads.
#pragma once

#include "pg/advice_queries.h"

namespace aza {

// Each file system once, with all that it is used for.
std::span<const DiskFacts> find_disks(std::span<const Tablespace> tablespaces);

// Total size of the file system of a path; nullopt where it cannot be asked.
std::optional<int64_t> file_system_bytes(const char* path);

}  // namespace aza
