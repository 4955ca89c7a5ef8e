#include <gtest/gtest.h>

#include "../preload_list.h"

namespace aza {
namespace {

using Names = std::vector<std::string>;

TEST(PreloadList, NamesWithoutPathQuotesAndSuffix) {
  EXPECT_EQ(preload_list("pg_cron"), Names{"pg_cron"});
  EXPECT_EQ(preload_list(" '$libdir/pg_cron' , \"timescaledb.so\",/usr/lib/pgaudit.so"),
            (Names{"pg_cron", "timescaledb", "pgaudit"}));
}

TEST(PreloadList, EmptyEntriesAreLeftOut) {
  EXPECT_EQ(preload_list(""), Names{});
  EXPECT_EQ(preload_list(",, ' ',"), Names{});
  EXPECT_EQ(preload_list("a,,b,"), (Names{"a", "b"}));
}

}  // namespace
}  // namespace aza
