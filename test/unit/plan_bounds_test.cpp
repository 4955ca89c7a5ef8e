// postgres_18_bounds() against what a real server showed (testdata/server/pg_settings_18.tsv, which
// test/suites/plan-on-server compares with a running one).
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "core/bytes.h"
#include "core/plan.h"

namespace aza {
namespace {

struct Shown {
  std::string unit, min, max, boot;
};

std::map<std::string, Shown> shown_settings() {
  std::map<std::string, Shown> settings;
  std::ifstream file("testdata/server/pg_settings_18.tsv");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    Shown shown;
    for (std::string* field : {&name, &shown.unit, &shown.min, &shown.max, &shown.boot}) {
      std::getline(fields, *field, '\t');
    }
    settings[name] = shown;
  }
  return settings;
}

int64_t unit_bytes(const std::string& unit) {
  return unit == "8kB" ? 8 * kKiB : unit == "kB" ? kKiB : unit == "MB" ? kMiB : 1;
}

TEST(PlanBounds, AreTheServers) {
  const auto settings = shown_settings();
  ASSERT_EQ(settings.size(), static_cast<size_t>(kSettingCount)) << "run from the repository's root";
  const ServerBounds ours = postgres_18_bounds();
  for (int i = 0; i < kSettingCount; i++) {
    const auto setting = static_cast<Setting>(i);
    const Shown& shown = settings.at(setting_name(setting));
    if (setting == Setting::random_page_cost || shown.min.empty()) continue;
    const int64_t unit = unit_bytes(shown.unit);
    EXPECT_EQ(ours[setting].min, std::stoll(shown.min) * unit) << setting_name(setting);
    EXPECT_EQ(ours[setting].max, std::stoll(shown.max) * unit) << setting_name(setting);
    EXPECT_EQ(ours[setting].server_default, std::stoll(shown.boot) * unit) << setting_name(setting);
    EXPECT_EQ(is_size(setting), !shown.unit.empty()) << setting_name(setting);
  }
}

TEST(PlanBounds, OfWhatIsNoWholeNumber) {
  const auto settings = shown_settings();
  const ServerBounds ours = postgres_18_bounds();
  EXPECT_EQ(settings.at("random_page_cost").boot, "4");
  EXPECT_EQ(ours[Setting::random_page_cost].server_default, 400);
  EXPECT_EQ(settings.at("jit").boot, "on");
  EXPECT_EQ(ours[Setting::jit].server_default, 1);
  EXPECT_EQ(settings.at("huge_pages").boot, "try");
  EXPECT_EQ(ours[Setting::huge_pages].server_default, 1);
}

}  // namespace
}  // namespace aza
