// The plan as text. That a real server takes it is tested by test/suites/plan-on-server.
#include <gtest/gtest.h>

#include <sstream>

#include "core/bytes.h"
#include "core/plan_format.h"

namespace aza {
namespace {

Machine small_machine() {
  Machine machine;
  machine.memory_mib = 512;
  return machine;
}

// One setting with everything that a format could trip over.
Plan awkward_plan() {
  Plan plan;
  plan.settings.push_back({Setting::jit, 0, "it's a \\ value", "two\nlines", "more\rof it"});
  return plan;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(PlanFormat, Conf) {
  const auto lines = lines_of(plan_as_conf(make_plan(small_machine(), postgres_18_bounds()), small_machine()));
  ASSERT_EQ(lines.size(), 21u);
  EXPECT_EQ(lines[0], "# Planned by aza_autoconf for 512MB of memory, 1 CPU, workload mixed, storage ssd.");
  EXPECT_EQ(lines[1], "max_connections = '80'                       # 80 for mixed on 512MB");
  EXPECT_EQ(lines[4], "maintenance_work_mem = '32MB'                # 512MB / 32; at least 32MB");
}

TEST(PlanFormat, ConfEscapes) {
  const auto lines = lines_of(plan_as_conf(awkward_plan(), small_machine()));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], "jit = 'it''s a \\\\ value'                     # two lines; more of it");
}

TEST(PlanFormat, ConfWarns) {
  Plan plan;
  plan.warnings.emplace_back("it does\nnot fit");
  EXPECT_EQ(lines_of(plan_as_conf(plan, small_machine())).at(1), "# WARNING: it does not fit");
}

TEST(PlanFormat, AlterSystem) {
  const auto lines = lines_of(plan_as_alter_system(make_plan(small_machine(), postgres_18_bounds())));
  ASSERT_EQ(lines.size(), 20u);
  EXPECT_EQ(lines[1], "ALTER SYSTEM SET shared_buffers = '128MB';");
  EXPECT_EQ(plan_as_alter_system(awkward_plan()), "ALTER SYSTEM SET jit = 'it''s a \\ value';\n");
}

TEST(PlanFormat, Patroni) {
  const auto lines = lines_of(plan_as_patroni(make_plan(small_machine(), postgres_18_bounds())));
  ASSERT_EQ(lines.size(), 23u);
  EXPECT_EQ(lines[1], "postgresql:");
  EXPECT_EQ(lines[2], "  parameters:");
  EXPECT_EQ(lines[3], "    max_connections: '80'");
  EXPECT_EQ(lines[22], "    huge_pages: 'off'");
}

TEST(PlanFormat, Table) {
  const Plan plan = make_plan(small_machine(), postgres_18_bounds());
  const auto lines = lines_of(plan_as_table(plan, small_machine()));
  ASSERT_EQ(lines.size(), 25u);
  EXPECT_EQ(lines[0], "512MB of memory, 1 CPU, workload mixed, storage ssd");
  EXPECT_EQ(lines[2], "setting                           value  reason");
  EXPECT_EQ(lines[4], "shared_buffers                    128MB  25 % of 512MB");
  EXPECT_EQ(lines[24].substr(0, 22), "budget: shared memory ");
}

TEST(PlanFormat, TableStaysInItsColumns) {
  Machine machine = small_machine();
  machine.memory_mib = 64;
  machine.wal_free_bytes = 40 * kMiB;
  machine.huge_pages = {2 * kMiB, 1000, 1000, 100 * kMiB};
  machine.standby = StandbyFloor{100000, 100000, 100000, 100000, 100000};
  const Plan plan = make_plan(machine, postgres_18_bounds());
  const std::string text = plan_as_table(plan, machine);
  for (const std::string& line : lines_of(text)) EXPECT_LE(line.size(), 120u) << line;
  EXPECT_NE(text.find("default is 0; not\n" + std::string(42, ' ') + "below the primary's 100000\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("\nWARNING: 100000 connections do not fit"), std::string::npos) << text;
}

TEST(PlanFormat, TableBreaksAWordThatIsTooLong) {
  Plan plan;
  plan.settings.push_back({Setting::jit, 0, "off", std::string(300, 'x'), ""});
  for (const std::string& line : lines_of(plan_as_table(plan, small_machine()))) EXPECT_LE(line.size(), 120u);
}

}  // namespace
}  // namespace aza
