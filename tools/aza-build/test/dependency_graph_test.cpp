#include "../dependency_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "manifest_example.h"

namespace aza::build {
namespace {

std::vector<std::string> names(const Manifest& manifest, const std::vector<size_t>& places) {
  std::vector<std::string> result;
  for (size_t place : places) result.push_back(manifest.entries[place].name);
  return result;
}

TEST(DependencyGraph, OrdersByNeedThenByName) {
  const Manifest manifest = manifest_of({{"d", {"c"}}, {"c", {"a", "gone"}}, {"b", {}}, {"a", {}}});
  EXPECT_EQ(names(manifest, DependencyGraph(manifest).order()), (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST(DependencyGraph, ShowsTheCyclesPath) {
  const Manifest manifest = manifest_of({{"a", {"b"}}, {"b", {"x", "c"}}, {"c", {"a"}}, {"x", {}}, {"s", {"s"}}});
  const auto cycles = DependencyGraph(manifest).cycles();
  ASSERT_EQ(cycles.size(), 2U);
  EXPECT_EQ(names(manifest, cycles[0].path), (std::vector<std::string>{"a", "b", "c", "a"}));
  EXPECT_EQ(cycles[0].entry, 2U);
  EXPECT_EQ(cycles[0].dependency_slot, 0U);
  EXPECT_EQ(names(manifest, cycles[1].path), (std::vector<std::string>{"s", "s"}));
}

TEST(DependencyGraph, TakesALongChain) {
  std::vector<std::pair<std::string, std::vector<std::string>>> entries{{"e0", {}}};
  for (int i = 1; i < 100000; ++i) entries.push_back({"e" + std::to_string(i), {"e" + std::to_string(i - 1)}});
  const Manifest manifest = manifest_of(entries);
  const DependencyGraph graph(manifest);
  EXPECT_TRUE(graph.cycles().empty());
  EXPECT_EQ(graph.order().size(), entries.size());
  EXPECT_EQ(graph.all_that_need(0).size(), entries.size() - 1);
}

// Random graphs. Edges from later to earlier entries only: no cycle; the names are shuffled, so that neither order
// helps.
Manifest random_acyclic(std::mt19937& random) {
  const size_t count = 1 + random() % 40;
  std::vector<int> labels(count);
  for (size_t i = 0; i < count; ++i) labels[i] = static_cast<int>(i);
  std::shuffle(labels.begin(), labels.end(), random);
  std::vector<std::pair<std::string, std::vector<std::string>>> entries;
  for (size_t i = 0; i < count; ++i) {
    std::vector<std::string> needs;
    for (size_t j = 0; j < i; ++j) {
      if (random() % 8 == 0) needs.push_back("n" + std::to_string(labels[j]));
    }
    entries.push_back({"n" + std::to_string(labels[i]), needs});
  }
  std::shuffle(entries.begin(), entries.end(), random);
  return manifest_of(entries);
}

TEST(DependencyGraph, OrderIsValidOnRandomGraphs) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const Manifest manifest = random_acyclic(random);
    const DependencyGraph graph(manifest);
    ASSERT_TRUE(graph.cycles().empty());
    const auto order = graph.order();
    ASSERT_EQ(order.size(), graph.size());
    std::set<size_t> before;
    for (size_t place : order) {
      for (size_t need : graph.needs(place)) ASSERT_TRUE(before.contains(need));
      ASSERT_TRUE(before.insert(place).second);
    }
  }
}

TEST(DependencyGraph, FindsTheCycleThatIsPutIn) {
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    Manifest manifest = random_acyclic(random);
    const DependencyGraph acyclic(manifest);
    const size_t top = random() % manifest.entries.size();
    auto below = acyclic.all_needs_of(top);
    below.push_back(top);
    const size_t bottom = below[random() % below.size()];
    manifest.entries[bottom].dependencies.push_back(manifest.entries[top].name);
    const DependencyGraph graph(manifest);
    const auto cycles = graph.cycles();
    ASSERT_FALSE(cycles.empty());
    ASSERT_LT(graph.order().size(), graph.size());
    for (const Cycle& cycle : cycles) {
      ASSERT_EQ(cycle.path.front(), cycle.path.back());
      for (size_t i = 0; i + 1 < cycle.path.size(); ++i) {
        const auto& needs = graph.needs(cycle.path[i]);
        ASSERT_NE(std::find(needs.begin(), needs.end(), cycle.path[i + 1]), needs.end());
      }
    }
  }
}

// Disabling an entry and all that need it leaves nothing that needs a disabled one; leaving one of them out does not.
TEST(DependencyGraph, TheCascadeOfDisablingIsExact) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    const Manifest manifest = random_acyclic(random);
    const DependencyGraph graph(manifest);
    const size_t fallen = random() % graph.size();
    const auto cascade = graph.all_that_need(fallen);
    std::set<size_t> disabled(cascade.begin(), cascade.end());
    ASSERT_FALSE(disabled.contains(fallen));
    disabled.insert(fallen);
    for (size_t i = 0; i < graph.size(); ++i) {
      const auto& needs = graph.needs(i);
      const bool needs_fallen =
          std::any_of(needs.begin(), needs.end(), [&](size_t need) { return disabled.contains(need); });
      ASSERT_EQ(disabled.contains(i) && i != fallen, needs_fallen);
    }
  }
}

}  // namespace
}  // namespace aza::build
