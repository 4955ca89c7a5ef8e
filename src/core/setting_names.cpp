// The names of what is planned, and PostgreSQL 18's own bounds for it.
#include "core/plan.h"

#include <cstdint>

#include "core/bytes.h"

namespace aza {

namespace {

constexpr int64_t kBlock = 8 * kKiB;

struct Entry {
  const char* name;
  Bounds bounds;
};

// In the order of Setting. Bounds as pg_settings shows them on PostgreSQL 18, sizes in bytes, random_page_cost in
// hundredths; huge_pages as off 0, try 1. The default of min_wal_size and max_wal_size is that of 16MB segments.
constexpr Entry kSettings[kSettingCount] = {
    {"max_connections", {1, 262143, 100}},
    {"shared_buffers", {16 * kBlock, 1073741823 * kBlock, 128 * kMiB}},
    {"effective_cache_size", {kBlock, INT32_MAX* kBlock, 4 * kGiB}},
    {"maintenance_work_mem", {64 * kKiB, INT32_MAX* kKiB, 64 * kMiB}},
    {"work_mem", {64 * kKiB, INT32_MAX* kKiB, 4 * kMiB}},
    {"max_worker_processes", {0, 262143, 8}},
    {"max_parallel_workers", {0, 1024, 8}},
    {"max_parallel_workers_per_gather", {0, 1024, 2}},
    {"max_parallel_maintenance_workers", {0, 1024, 2}},
    {"io_workers", {1, 32, 3}},
    {"autovacuum_worker_slots", {1, 262143, 16}},
    {"autovacuum_max_workers", {1, 262143, 3}},
    {"min_wal_size", {2 * kMiB, INT32_MAX* kMiB, 80 * kMiB}},
    {"max_wal_size", {2 * kMiB, INT32_MAX* kMiB, kGiB}},
    {"random_page_cost", {0, INT64_MAX, 400}},
    {"effective_io_concurrency", {0, 1000, 16}},
    {"maintenance_io_concurrency", {0, 1000, 16}},
    {"default_statistics_target", {1, 10000, 100}},
    {"jit", {0, 1, 1}},
    {"huge_pages", {0, 1, 1}},
    {"max_wal_senders", {0, 262143, 10}},
    {"max_prepared_transactions", {0, 262143, 0}},
    {"max_locks_per_transaction", {10, INT32_MAX, 64}},
};

}  // namespace

const char* setting_name(Setting setting) {
  return kSettings[static_cast<int>(setting)].name;
}

bool is_size(Setting setting) {
  switch (setting) {
    case Setting::shared_buffers:
    case Setting::effective_cache_size:
    case Setting::maintenance_work_mem:
    case Setting::work_mem:
    case Setting::min_wal_size:
    case Setting::max_wal_size:
      return true;
    default:
      return false;
  }
}

ServerBounds postgres_18_bounds() {
  ServerBounds all;
  for (int i = 0; i < kSettingCount; i++) all.of[i] = kSettings[i].bounds;
  return all;
}

}  // namespace aza
