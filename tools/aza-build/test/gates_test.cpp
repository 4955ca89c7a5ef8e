#include "../gates.h"

#include <gtest/gtest.h>

#include "../loaded_manifest.h"
#include "../source_rules.h"
#include "manifest_example.h"

namespace aza::build {
namespace {

std::string found(const ManifestText& manifest, const GateOptions& options = {}) {
  return render_all(all_findings(manifest, options), manifest);
}

const std::string kDisabled = ", \"enabled\": false, \"disabledReason\": \"too big\"";

TEST(Gates, TheManifestOfThisRepositoryIsClean) {
  const ManifestText manifest = real_manifest();
  for (const char* channel : {"pgdg", "debian"}) EXPECT_EQ(found(manifest, {channel, {}}), "");
  EXPECT_EQ(manifest.manifest.entries.size(), 38U);
}

TEST(Gates, ADisabledDependency) {
  const auto manifest = example(source_entry("index_advisor", ", \"dependencies\": [\"hypopg\"]") + ",\n" +
                                source_entry("hypopg", kDisabled));
  EXPECT_EQ(
      found(manifest),
      "m.json:6:319: /entries/0/dependencies/0: Extension index_advisor requires dependency 'hypopg' which is disabled "
      "(reason: too big)\n"
      "    way out: aza-build enable hypopg, or aza-build disable index_advisor first\n");
}

TEST(Gates, ADisabledEntryMayNeedADisabledOne) {
  EXPECT_EQ(found(example(source_entry("a", kDisabled + ", \"dependencies\": [\"b\"]") + ",\n" +
                          source_entry("b", kDisabled))),
            "");
}

TEST(Gates, AMissingDependency) {
  EXPECT_EQ(found(example(source_entry("index_advisor", ", \"dependencies\": [\"hypopg\"]"))),
            "m.json:6:319: /entries/0/dependencies/0: Extension index_advisor requires dependency 'hypopg' which is "
            "not in the "
            "manifest\n"
            "    way out: add an entry 'hypopg', or remove the dependency\n");
}

TEST(Gates, ACycleWithItsPath) {
  const std::string text = found(example(source_entry("a", ", \"dependencies\": [\"b\"]") + ",\n" +
                                         source_entry("b", ", \"dependencies\": [\"a\"]")));
  EXPECT_EQ(text,
            "m.json:7:307: /entries/1/dependencies/0: dependency cycle: a -> b -> a\n"
            "    way out: remove one of these dependencies\n");
}

TEST(Gates, TheCorePreloadRuleToTheLetter) {
  ManifestText manifest = real_manifest();
  for (Entry& entry : manifest.manifest.entries) {
    if (entry.name == "pg_cron") entry.enabled = false;
  }
  const DependencyGraph graph(manifest.manifest);
  const Findings findings = check_gates(manifest.manifest, graph, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].pointer, "/entries/6/enabled");
  EXPECT_EQ(findings[0].block,
            "[ext-build] ERROR: Cannot disable extension 'pg_cron'\n"
            "[ext-build]        This extension is required in shared_preload_libraries\n"
            "[ext-build]        Disabling would cause runtime crash\n"
            "[ext-build]\n"
            "[ext-build]        To disable this extension, you must ALSO set:\n"
            "[ext-build]        POSTGRES_SHARED_PRELOAD_LIBRARIES='pg_stat_statements,auto_explain,pgaudit'\n"
            "[ext-build]        (exclude 'pg_cron' from the list)\n");
  EXPECT_TRUE(
      check_gates(manifest.manifest, graph, {"", split_list("pg_stat_statements, auto_explain,pgaudit")}).empty());
  EXPECT_EQ(check_gates(manifest.manifest, graph, {"", split_list("pg_cron")}).size(), 1U);
}

TEST(Gates, EachOfTheFourCoreEntriesIsHeld) {
  for (const char* name : {"auto_explain", "pg_cron", "pg_stat_statements", "pgaudit"}) {
    ManifestText manifest = real_manifest();
    const DependencyGraph graph(manifest.manifest);
    manifest.manifest.entries[graph.find(name)].enabled = false;
    for (Entry& entry : manifest.manifest.entries) entry.dependencies.clear();
    const Findings findings = check_gates(manifest.manifest, DependencyGraph(manifest.manifest), {});
    ASSERT_EQ(findings.size(), 1U) << name;
    EXPECT_EQ(findings[0].message, std::string("Cannot disable extension '") + name + "'");
  }
}

TEST(Gates, GateZero) {
  Entry entry;
  entry.name = "pgq";
  entry.disabled_reason = "Not needed for AI workloads";
  EXPECT_EQ(disabled_line(entry),
            "[ext-build] Extension pgq disabled (reason: Not needed for AI workloads) - building for testing only");
}

TEST(Gates, AnEntryWithoutAPinInTheChannel) {
  ManifestText manifest = real_manifest();
  manifest.manifest.entries[6].packages.erase("debian");
  const Findings findings = check_gates(manifest.manifest, DependencyGraph(manifest.manifest), {"debian", {}});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].message, "pg_cron has no package pinned for the channel 'debian'");
  EXPECT_TRUE(check_gates(manifest.manifest, DependencyGraph(manifest.manifest), {"pgdg", {}}).empty());
}

TEST(Gates, ANameThatIsTaken) {
  EXPECT_EQ(found(example(source_entry("a") + ",\n" + source_entry("a"))),
            "m.json:7:15: /entries/1/name: the name 'a' is taken by /entries/0\n"
            "    way out: give one of them another name, or remove it\n");
}

TEST(Gates, SourcesComeByHttpsFromListedHostsOnly) {
  const std::vector<std::string> hosts{"github.com"};
  EXPECT_EQ(address_error("https://github.com/a/b.git", hosts), "");
  EXPECT_EQ(address_error("http://github.com/a/b", hosts), "'http://github.com/a/b' is not an https:// address");
  EXPECT_EQ(address_error("git@github.com:a/b", hosts), "'git@github.com:a/b' is not an https:// address");
  EXPECT_EQ(address_error("https://github.com.evil.org/a", hosts),
            "the host 'github.com.evil.org' is not one of repositoryHosts (github.com)");
  EXPECT_EQ(address_error("https://github.com@evil.org/a", hosts),
            "'https://github.com@evil.org/a' holds more than a host and a path");
  EXPECT_EQ(address_error("https://github.com/", hosts), "'https://github.com/' has no path");
}

TEST(Gates, TheDefaultPreloadListHasTheCoreInItsOrder) {
  ManifestText manifest = real_manifest();
  EXPECT_EQ(default_preload(manifest.manifest),
            (std::vector<std::string>{"pg_stat_statements", "auto_explain", "pg_cron", "pgaudit"}));
  manifest.manifest.entries[6].enabled = false;
  EXPECT_EQ(default_preload(manifest.manifest),
            (std::vector<std::string>{"pg_stat_statements", "auto_explain", "pgaudit"}));
}

TEST(Gates, AllErrorsInOneRunInTheOrderOfTheText) {
  const auto manifest = example(
      source_entry("a", ", \"colour\": 1") + ",\n" +
      "    { \"name\": 7, \"kind\": \"extension\", \"install_via\": \"pgdg\", \"description\": \"d\", \"runtime\": {}, "
      "\"category\": \"c\", \"licence\": \"MIT\" },\n" +
      source_entry("a", ", \"enabled\": false"));
  const std::string text = found(manifest);
  EXPECT_EQ(text,
            "m.json:6:300: /entries/0/colour: Additional property 'colour' not allowed by schema.\n"
            "    way out: see manifest/extensions.schema.json for the keys; this one may be misspelt\n"
            "m.json:7:5: /entries/1: Required property 'packages' not found.\n"
            "    way out: add it\n"
            "m.json:7:15: /entries/1/name: Expected string, found integer\n"
            "    way out: write a value of the expected type\n"
            "m.json:8:5: /entries/2: Required property 'disabledReason' not found.\n"
            "    way out: add it\n"
            "m.json:8:15: /entries/2/name: the name 'a' is taken by /entries/0\n"
            "    way out: give one of them another name, or remove it\n");
}

}  // namespace
}  // namespace aza::build
