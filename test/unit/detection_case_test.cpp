// Every folder of testdata/detection is a machine and what must be detected on it; a new case is a new folder:
//
//   about          one line: what is special here, and where such a thing occurs
//   proc/ sys/ ... the files as the process sees them; affinity and free_bytes stand for system calls
//   overrides      what humans said: POSTGRES_MEMORY=2GB, aza.cpus = 4
//   expected       the whole result in the form of detection_text(); each `fact:` line must be among the facts
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/detection.h"
#include "core/kernel_text.h"
#include "detection_text.h"

namespace aza::test {

namespace {

namespace fs = std::filesystem;

const fs::path kCases = "testdata/detection";
constexpr size_t kLeastCases = 60;

std::string slurp(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  if (!fs::is_directory(kCases)) return names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kCases)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Overrides read_overrides(const fs::path& path) {
  Overrides overrides;
  const std::string text = slurp(path);
  for (const std::string_view line : split(text, '\n')) {
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, equals));
    const std::string value(line.substr(equals + 1));
    if (name == "POSTGRES_MEMORY") overrides.memory_variable = value;
    if (name == "aza.memory") overrides.memory_setting = trim(value);
    if (name == "POSTGRES_CPUS") overrides.cpus_variable = value;
    if (name == "aza.cpus") overrides.cpus_setting = trim(value);
  }
  return overrides;
}

std::string facts_text(const Detection& found) {
  std::string text;
  for (const Fact& fact : found.facts) text += fact_text(fact);
  return text;
}

class DetectionCase : public testing::TestWithParam<std::string> {};

TEST_P(DetectionCase, IsDetectedExactly) {
  const fs::path folder = kCases / GetParam();
  ASSERT_GE(slurp(folder / "about").size(), 10U) << "a case says what it is about";
  const std::string wal_folder = fs::exists(folder / "free_bytes") ? "/pg_wal" : "";
  const auto result = detect(*system_reader(folder), read_overrides(folder / "overrides"), wal_folder, nullptr);
  const auto* found = std::get_if<Detection>(&result);
  const std::string facts = found != nullptr ? facts_text(*found) : "";
  std::string expected;
  const std::string expected_text = slurp(folder / "expected");
  for (const std::string_view line : lines(expected_text)) {
    const std::string whole = std::string(line) + "\n";
    if (line.starts_with("fact: ")) {
      EXPECT_NE(facts.find(whole), std::string::npos) << whole << "is not among\n" << facts;
    } else {
      expected += whole;
    }
  }
  EXPECT_EQ(found != nullptr ? detection_text(*found) : error_text(std::get<InputError>(result)), expected) << facts;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Testdata, DetectionCase, testing::ValuesIn(case_names()), test_name);

TEST(DetectionCases, AreAllThere) {
  EXPECT_GE(case_names().size(), kLeastCases) << "run from the repository root";
}

}  // namespace

}  // namespace aza::test
