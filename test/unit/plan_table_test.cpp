// Every row of the sizing table in docs/sizing.md, through the same make_plan() as the server.
#include <gtest/gtest.h>

#include <ostream>

#include "core/bytes.h"
#include "core/plan.h"

namespace aza {
namespace {

struct Row {
  int64_t memory_mib;
  int64_t shared_buffers_mib;
  int64_t cache_mib;
  int64_t maintenance_mib;
  int64_t work_mib;
  int64_t connections;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.memory_mib << "MB";
}

class SizingTable : public testing::TestWithParam<Row> {};

TEST_P(SizingTable, GivesTheRow) {
  const Row& row = GetParam();
  Machine machine;
  machine.memory_mib = row.memory_mib;
  const Plan plan = make_plan(machine, postgres_18_bounds());
  EXPECT_EQ(plan.find(Setting::shared_buffers)->amount, row.shared_buffers_mib * kMiB);
  EXPECT_EQ(plan.find(Setting::effective_cache_size)->amount, row.cache_mib * kMiB);
  EXPECT_EQ(plan.find(Setting::maintenance_work_mem)->amount, row.maintenance_mib * kMiB);
  EXPECT_EQ(plan.find(Setting::work_mem)->amount, row.work_mib * kMiB);
  EXPECT_EQ(plan.find(Setting::max_connections)->amount, row.connections);
  EXPECT_TRUE(plan.warnings.empty());
}

INSTANTIATE_TEST_SUITE_P(Rows, SizingTable,
                         testing::Values(Row{512, 128, 384, 32, 1, 80}, Row{1024, 256, 768, 32, 2, 120},
                                         Row{2048, 512, 1536, 64, 4, 120}, Row{4096, 1024, 3072, 128, 5, 200},
                                         Row{8192, 2048, 6144, 256, 10, 200}, Row{16384, 3276, 12288, 512, 20, 200},
                                         Row{32768, 6553, 24576, 1024, 32, 200},
                                         Row{65536, 9830, 49152, 2048, 32, 200}));

}  // namespace
}  // namespace aza
