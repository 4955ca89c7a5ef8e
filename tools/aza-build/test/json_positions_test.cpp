#include "../json_positions.h"

#include <gtest/gtest.h>

namespace aza::build {
namespace {

const std::string kText =
    "{\n  \"ä\": [1, true, \"x,:\\ny\", null],\r\n \"b/c\" : {\"~\": -1.5e3}, \"e\":{}, \"f\":[]\n}\n";

std::string at(const JsonPositions& positions, const std::string& pointer) {
  const auto* node = positions.find(pointer);
  return node ? kText.substr(node->begin, node->end - node->begin) : "none";
}

TEST(JsonPositions, FindsTheBytesOfEveryValue) {
  const auto positions = JsonPositions::scan(kText);
  ASSERT_EQ(positions.error(), "");
  EXPECT_EQ(at(positions, "/ä"), "[1, true, \"x,:\\ny\", null]");
  EXPECT_EQ(at(positions, "/ä/0"), "1");
  EXPECT_EQ(at(positions, "/ä/1"), "true");
  EXPECT_EQ(at(positions, "/ä/2"), "\"x,:\\ny\"");
  EXPECT_EQ(at(positions, "/ä/3"), "null");
  EXPECT_EQ(at(positions, "/b~1c"), "{\"~\": -1.5e3}");
  EXPECT_EQ(at(positions, "/b~1c/~0"), "-1.5e3");
  EXPECT_EQ(at(positions, "/e"), "{}");
  EXPECT_EQ(at(positions, "/f"), "[]");
  EXPECT_EQ(at(positions, "/f/0"), "none");
  EXPECT_EQ(at(positions, "/ä/4"), "none");
  EXPECT_EQ(at(positions, "/ä/2/x"), "none");
}

TEST(JsonPositions, SaysLineAndColumn) {
  const auto positions = JsonPositions::scan(kText);
  const TextPlace place = positions.place(positions.find("/b~1c/~0")->begin);
  EXPECT_EQ(place.line, 3U);
  EXPECT_EQ(place.column, 16U);
}

TEST(JsonPositions, ReportsAMissingMemberAtItsObject) {
  const auto positions = JsonPositions::scan(kText);
  EXPECT_EQ(positions.find_nearest("/b~1c/missing/deeper"), positions.find("/b~1c"));
}

TEST(JsonPositions, SaysWhereTheTextStopsBeingJson) {
  const auto positions = JsonPositions::scan("{\"a\": 1,\n  ]");
  EXPECT_EQ(positions.error(), "Expected object member key");
  EXPECT_EQ(positions.error_place().line, 2U);
  EXPECT_EQ(positions.error_place().column, 3U);
}

TEST(JsonPositions, RefusesWhatFollowsTheValue) {
  EXPECT_NE(JsonPositions::scan("{} {}").error(), "");
}

TEST(JsonPositions, FindsKeysThatAreThereTwice) {
  const auto positions = JsonPositions::scan(R"({"a": [0, {"x/y": 1, "z": 2, "x/y": 3}], "a": 1})");
  EXPECT_EQ(positions.duplicate_keys(), (std::vector<std::string>{"/a/1/x~1y", "/a"}));
}

}  // namespace
}  // namespace aza::build
