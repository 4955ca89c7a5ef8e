#include "../build_recipes.h"

#include <gtest/gtest.h>

#include "../build_plan.h"
#include "../version_order.h"
#include "../workshop.h"
#include "manifest_example.h"
#include "memory_files.h"

namespace aza::build {
namespace {

std::string commands(const Recipe& recipe, const RecipeInput& input) {
  Toolchain tools;
  tools.pg_config = "/pg_config";
  std::string text;
  for (const RecipeStep& step : fetch_steps(recipe, tools, input)) text += "fetch: " + command_text(step.argv) + "\n";
  for (const RecipeStep& step : build_steps(recipe, tools, input)) text += command_text(step.argv) + "\n";
  return text;
}

const RecipeInput kInput{"/s", "/o", "/d", false, false};

TEST(BuildRecipes, Pgxs) {
  EXPECT_EQ(commands({"pgxs", "", {}, {"OPTFLAGS="}, {}}, kInput),
            "make USE_PGXS=1 PG_CONFIG=/pg_config OPTFLAGS=\n"
            "make USE_PGXS=1 PG_CONFIG=/pg_config OPTFLAGS= install DESTDIR=/d\n");
}

TEST(BuildRecipes, CMake) {
  EXPECT_EQ(commands({"cmake", "", {}, {"-DX=a b"}, {}}, kInput),
            "cmake -S /s -B /o -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX=/usr -DPG_CONFIG=/pg_config "
            "'-DX=a b'\n"
            "cmake --build /o\nenv DESTDIR=/d cmake --install /o\n");
}

TEST(BuildRecipes, Meson) {
  EXPECT_EQ(commands({"meson", "", {}, {}, {}}, kInput),
            "meson setup /o /s --prefix=/usr --buildtype=release --wrap-mode=nodownload\n"
            "meson compile -C /o\nenv DESTDIR=/d meson install -C /o --no-rebuild\n");
}

TEST(BuildRecipes, Autotools) {
  EXPECT_EQ(commands({"autotools", "", {}, {}, {}}, kInput),
            "autoreconf --force --install\n./configure --prefix=/usr\nmake\nmake install DESTDIR=/d\n");
  RecipeInput input = kInput;
  input.has_configure = true;
  EXPECT_EQ(commands({"autotools", "", {}, {"--x"}, {}}, input),
            "./configure --prefix=/usr --x\nmake\nmake install DESTDIR=/d\n");
}

TEST(BuildRecipes, MakeAndPerl) {
  RecipeInput input = kInput;
  input.has_perl_makefile = true;
  EXPECT_EQ(commands({"make", "", {}, {}, {}}, input),
            "perl Makefile.PL INSTALLDIRS=vendor\nmake\nmake install DESTDIR=/d\n");
}

TEST(BuildRecipes, CargoPgrxFetchesLockedAndBuildsOffline) {
  const Recipe recipe{"cargo-pgrx", "", {"pg18", "x"}, {}, {}};
  EXPECT_EQ(commands(recipe, kInput),
            "fetch: cargo fetch --locked\nfetch: cargo pgrx init --pg18 /pg_config\n"
            "cargo pgrx package --pg-config /pg_config --out-dir /d --features=pg18,x\n");
  const auto environment = build_environment(recipe, {}, prefix_map("/b", "n"), "/h", "1", "");
  EXPECT_EQ(environment.at("CARGO_NET_OFFLINE"), "true");
  EXPECT_EQ(environment.at("RUSTFLAGS"), "--remap-path-prefix=/b=/usr/src/n");
}

TEST(BuildRecipes, TheEnvironmentIsScrubbed) {
  const auto environment = build_environment({"pgxs", "", {}, {}, {}}, {}, prefix_map("/b", "n"), "/h", "12345", "-j2");
  std::string names;
  for (const auto& [name, value] : environment) names += name + " ";
  EXPECT_EQ(names, "COPT HOME LANG LC_ALL MAKEFLAGS PATH PG_CONFIG SOURCE_DATE_EPOCH TZ ");
  EXPECT_EQ(environment.at("COPT"), "-ffile-prefix-map=/b=/usr/src/n");
  EXPECT_EQ(environment.at("SOURCE_DATE_EPOCH"), "12345");
}

class Keys : public testing::Test {
protected:
  Manifest manifest = example(source_entry("a") + ",\n" + source_entry("b", ", \"dependencies\": [\"a\"]")).manifest;
  MemoryFiles files;
  Toolchain tools;

  std::string key(size_t place) {
    const auto plan = make_plan(files, manifest, DependencyGraph(manifest), "pgdg", tools, "patches", "");
    return plan ? (*plan)[place].key : plan.because();
  }
};

TEST_F(Keys, EverythingThatDecidesTheResultChangesTheKey) {
  std::vector<std::string> keys{key(1)};
  const auto differs = [&] {
    keys.push_back(key(1));
    EXPECT_NE(keys[keys.size() - 2], keys.back()) << keys.size();
  };
  tools.version = "PostgreSQL 18.7";
  differs();
  tools.compiler = "cc 17";
  differs();
  manifest.entries[1].source->commit[0] = 'f';
  differs();
  manifest.entries[1].build->options = {"X=1"};
  differs();
  manifest.entries[1].build->patches = {"p.patch"};
  files.texts["patches/b/p.patch"] = "1";
  differs();
  files.texts["patches/b/p.patch"] = "2";
  differs();
  manifest.entries[1].runtime.preload_library = "l";
  differs();
  manifest.entries[0].source->commit[0] = 'f';  // of what it needs
  differs();
  manifest.entries[1].packages["pgdg"] = {"p", "1", {}, {}};
  differs();
}

TEST_F(Keys, WordsForPeopleDoNot) {
  const std::string before = key(1);
  manifest.entries[1].description = "other";
  manifest.entries[1].enabled = false;
  manifest.entries[1].disabled_reason = "why";
  EXPECT_EQ(key(1), before);
}

TEST_F(Keys, AMissingPatchIsAnError) {
  manifest.entries[0].build->patches = {"gone.patch"};
  EXPECT_EQ(key(0), "patches/a/gone.patch: No such file or directory");
}

TEST(Methods, APinInTheChannelWinsOverTheSource) {
  const Manifest manifest = real_manifest().manifest;
  const DependencyGraph graph(manifest);
  const Entry& pgq = manifest.entries[graph.find("pgq")];
  EXPECT_EQ(method_of(pgq, "debian"), Method::package);
  EXPECT_EQ(method_of(pgq, "pgdg"), Method::source);
  EXPECT_EQ(method_of(manifest.entries[graph.find("plpgsql")], "pgdg"), Method::builtin);
}

TEST(NewestTag, ComparesNumbersWithinOneShape) {
  EXPECT_EQ(newest_tag({"v1.9", "v1.10", "v1.10rc1", "docs-99", "1.11"}, "v1.9"), "v1.10");
  EXPECT_EQ(newest_tag({"REL4_2_0", "REL4_10_0", "REL5_0_0beta1"}, "REL4_2_0"), "REL4_10_0");
  EXPECT_EQ(newest_tag({"1.5", "1.5.1"}, "1.5"), "1.5.1");
  EXPECT_EQ(newest_tag({"v2"}, "8c404dd86408f3a987a3ff6825ac7e42bd618b98"), "8c404dd86408f3a987a3ff6825ac7e42bd618b98");
  EXPECT_EQ(newest_tag({}, "v1"), "v1");
}

}  // namespace
}  // namespace aza::build
