// aza-plan as a person uses it: arguments and environment in; text, messages and exit code out.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "../plan_command.h"

namespace aza {
namespace {

struct Result {
  int code;
  std::string out;
  std::string err;
};

Result run(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& variables = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const Environment environment = [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  const int code = plan_command(arguments, environment, out, err);
  return {code, out.str(), err.str()};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A folder with just enough of /proc for a machine of 4 GiB without cgroups.
class FakeRoot : public testing::Test {
protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) / "aza-plan-root";
    put("proc/meminfo", "MemTotal:        4194304 kB\nHugepagesize:       2048 kB\nHugePages_Free:        0\n");
    put("affinity", "6\n");
    put("free_bytes", "1073741824\n");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void put(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << content;
  }
  std::string root() const { return root_.string(); }

private:
  std::filesystem::path root_;
};

TEST(PlanCommand, Conf) {
  const Result result =
      run({"--memory", "8GB", "--cpus", "4", "--workload", "oltp", "--storage", "nvme", "--format", "conf"});
  EXPECT_EQ(result.code, kDone);
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(has(result.out, "# Planned by aza_autoconf for 8GB of memory, 4 CPUs, workload oltp, storage nvme.\n"));
  EXPECT_TRUE(has(result.out, "\nmax_connections = '300'                      # 300 for oltp from 4096MB up\n"));
  EXPECT_TRUE(has(result.out, "\neffective_io_concurrency = '1000'            # for storage nvme\n"));
}

TEST(PlanCommand, Json) {
  const Result result =
      run({"--memory=2048", "--cpus=4", "--preload", "pg_cron, timescaledb,pgaudit", "--format", "json"});
  EXPECT_EQ(result.code, kDone);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["machine"]["memory_mb"], 2048);
  EXPECT_EQ(json["machine"]["preload_workers"], 18);
  ASSERT_EQ(json["settings"].size(), 20u);
  const auto& buffers = json["settings"][1];
  EXPECT_EQ(buffers["setting"], "shared_buffers");
  EXPECT_EQ(buffers["value"], "512MB");
  EXPECT_EQ(buffers["bytes"], 536870912);
  EXPECT_EQ(buffers["rule"], "25 % of 2048MB");
  EXPECT_TRUE(buffers["bound"].is_null());
  EXPECT_EQ(json["settings"][5]["value"], "26");
  EXPECT_EQ(json["settings"][5]["rule"], "2 x 4 CPUs + 18 for preloaded libraries");
  EXPECT_FALSE(json["settings"][5].contains("bytes"));
  EXPECT_EQ(json["budget"]["memory"], 2147483648);
  EXPECT_EQ(json["warnings"].size(), 0u);
}

TEST(PlanCommand, AlterSystemAndPatroni) {
  const Result sql = run({"--memory", "2GB", "--cpus", "2", "--format", "alter-system"});
  EXPECT_EQ(sql.code, kDone);
  EXPECT_TRUE(has(sql.out, "ALTER SYSTEM SET effective_cache_size = '1536MB';\n"));
  const Result yaml = run({"--memory", "2GB", "--cpus", "2", "--format", "patroni"});
  EXPECT_EQ(yaml.code, kDone);
  EXPECT_TRUE(has(yaml.out, "\npostgresql:\n  parameters:\n    max_connections: '120'\n"));
}

TEST(PlanCommand, WarnsOnTheErrorStream) {
  const Result result = run({"--memory", "128MB", "--cpus", "1", "--format", "alter-system"});
  EXPECT_EQ(result.code, kDone);
  EXPECT_TRUE(has(result.err,
                  "aza-plan: warning: 128MB of memory is less than the 512MB that the plan was made for: it goes "
                  "on smaller\n"));
  EXPECT_FALSE(has(result.out, "warning"));
}

TEST(PlanCommand, RefusesWhatIsNoMemory) {
  const Result result = run({"--memory", "2 gigs"});
  EXPECT_EQ(result.code, kWrongUse);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "aza-plan: invalid value for --memory: \"2 gigs\"\n"
            "detail: \"gigs\" is not a unit: kB, MB, GB and TB are.\n"
            "hint: Use a number of megabytes, such as --memory 2048, or a size with unit, such as 2GB.\n");
}

TEST(PlanCommand, RefusesOtherValues) {
  EXPECT_EQ(run({"--memory", "1GB", "--cpus", "many"}).code, kWrongUse);
  const Result workload = run({"--workload", "olap"});
  EXPECT_EQ(workload.code, kWrongUse);
  EXPECT_EQ(workload.err,
            "aza-plan: invalid value for --workload: \"olap\"\nhint: Use mixed, web, oltp, dw or desktop.\n");
  const Result format = run({"--format", "xml"});
  EXPECT_EQ(format.code, kWrongUse);
  EXPECT_EQ(format.err,
            "aza-plan: invalid value for --format: \"xml\"\nhint: Use table, conf, json, alter-system or patroni.\n");
}

TEST(PlanCommand, RefusesAnUnknownOption) {
  const Result result = run({"--ram", "1GB"});
  EXPECT_EQ(result.code, kWrongUse);
  EXPECT_TRUE(has(result.err, "--ram")) << result.err;
  EXPECT_TRUE(has(result.err, "\nhint: Try aza-plan --help.\n")) << result.err;
}

TEST(PlanCommand, Help) {
  const Result result = run({"--help"});
  EXPECT_EQ(result.code, kDone);
  for (const char* option : {"--memory", "--cpus", "--workload", "--storage", "--preload", "--format"}) {
    EXPECT_TRUE(has(result.out, option)) << option;
  }
}

TEST(PlanCommand, SaysWhenItCannotWrite) {
  std::ostringstream err;
  std::ofstream full("/dev/full");
  const Environment none = [](const char*) { return std::nullopt; };
  EXPECT_EQ(plan_command({"--memory", "1GB", "--cpus", "1"}, none, full, err), kNotDone);
  EXPECT_EQ(err.str(), "aza-plan: could not write the plan\n");
}

TEST_F(FakeRoot, PlansForTheMachineItStandsOn) {
  const Result result = run({"--root", root()});
  EXPECT_EQ(result.code, kDone) << result.err;
  EXPECT_TRUE(has(result.out, "memory: 4GB from /proc/meminfo\n")) << result.out;
  EXPECT_TRUE(has(result.out, "\n4GB of memory, 6 CPUs, workload mixed, storage ssd\n")) << result.out;
  EXPECT_TRUE(has(result.out, "huge pages of 2MB, 0 are free")) << result.out;
}

TEST_F(FakeRoot, TakesTheVariablesOfTheServer) {
  const Result result = run({"--root", root(), "--format", "conf"}, {{"POSTGRES_MEMORY", "1024"},
                                                                     {"POSTGRES_CPUS", "2"},
                                                                     {"POSTGRES_WORKLOAD_TYPE", "web"},
                                                                     {"POSTGRES_STORAGE_TYPE", "hdd"}});
  EXPECT_EQ(result.code, kDone) << result.err;
  EXPECT_TRUE(has(result.out, "for 1GB of memory, 2 CPUs, workload web, storage hdd.\n")) << result.out;
}

TEST_F(FakeRoot, AnOptionWinsOverItsVariable) {
  const Result result = run({"--root", root(), "--memory", "2GB", "--workload", "dw", "--format", "conf"},
                            {{"POSTGRES_MEMORY", "nonsense"}, {"POSTGRES_WORKLOAD_TYPE", "nonsense"}});
  EXPECT_EQ(result.code, kDone) << result.err;
  EXPECT_TRUE(has(result.out, "for 2GB of memory, 6 CPUs, workload dw, storage ssd.\n")) << result.out;
  EXPECT_TRUE(has(result.out, "# off: the size of huge pages is unknown\n")) << result.out;
}

TEST_F(FakeRoot, AWrongVariableIsCalledByItsName) {
  const Result result = run({"--root", root()}, {{"POSTGRES_MEMORY", "2 gigs"}});
  EXPECT_EQ(result.code, kWrongUse);
  EXPECT_TRUE(has(result.err, "aza-plan: invalid value for POSTGRES_MEMORY: \"2 gigs\"\n")) << result.err;
}

TEST_F(FakeRoot, KeepsTheWalSmallerThanItsDisk) {
  const Result result =
      run({"--root", root(), "--memory", "2GB", "--cpus", "2", "--pg-wal", "/wal", "--format", "conf"});
  EXPECT_EQ(result.code, kDone) << result.err;
  EXPECT_TRUE(has(result.out,
                  "\nmax_wal_size = '512MB'                       # 4GB for mixed; at most half of the 1024MB "
                  "free for pg_wal, 512MB\n"))
      << result.out;
}

}  // namespace
}  // namespace aza
