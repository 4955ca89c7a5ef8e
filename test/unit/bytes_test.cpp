// What humans type and what they read.
#include "core/bytes.h"

#include <gtest/gtest.h>

namespace aza {
namespace {

struct Typed {
  std::string_view text;
  int64_t mib;
};

class MemoryTyped : public testing::TestWithParam<Typed> {};

TEST_P(MemoryTyped, IsUnderstood) {
  const auto result = parse_memory("POSTGRES_MEMORY", GetParam().text);
  ASSERT_TRUE(std::holds_alternative<int64_t>(result)) << std::get<InputError>(result).detail;
  EXPECT_EQ(std::get<int64_t>(result), GetParam().mib) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Sizes, MemoryTyped,
                         testing::Values(Typed{"2048", 2048}, Typed{"512MB", 512}, Typed{"2GB", 2048},
                                         Typed{"2 GB", 2048}, Typed{"2gb", 2048}, Typed{"2Gb", 2048},
                                         Typed{"  2GB\t\n", 2048}, Typed{"1TB", 1048576}, Typed{"1048576", 1048576},
                                         Typed{"128", 128}, Typed{"524288kB", 512}, Typed{"524288KB", 512},
                                         Typed{"131073kB", 128}, Typed{"1.5GB", 1536}, Typed{"0.5GB", 512},
                                         Typed{"1.000001GB", 1024}, Typed{"0.999999 TB", 1048574},
                                         Typed{"007 GB", 7168}));

struct Mistyped {
  std::string_view text;
  std::string_view detail;
};

class MemoryMistyped : public testing::TestWithParam<Mistyped> {};

TEST_P(MemoryMistyped, IsRefusedWithTheReason) {
  const auto result = parse_memory("POSTGRES_MEMORY", GetParam().text);
  ASSERT_TRUE(std::holds_alternative<InputError>(result)) << GetParam().text;
  EXPECT_EQ(std::get<InputError>(result).detail, GetParam().detail);
}

constexpr std::string_view kNoNumber = "The value does not begin with a number.";
constexpr std::string_view kTooLarge = "The number is too large.";

INSTANTIATE_TEST_SUITE_P(
    Sizes, MemoryMistyped,
    testing::Values(Mistyped{"", "The value is empty."}, Mistyped{" \t", "The value is empty."},
                    Mistyped{"2 gigs", "\"gigs\" is not a unit: kB, MB, GB and TB are."},
                    Mistyped{"2G", "\"G\" is not a unit: kB, MB, GB and TB are."},
                    Mistyped{"2Gi", "\"Gi\" is not a unit: kB, MB, GB and TB are."},
                    Mistyped{"2 GB 3", "\"GB 3\" is not a unit: kB, MB, GB and TB are."},
                    Mistyped{"1,5GB", "\",5GB\" is not a unit: kB, MB, GB and TB are."},
                    Mistyped{"80%", "\"%\" is not a unit: kB, MB, GB and TB are."},
                    Mistyped{"512MB\x01", "\"MB\\x01\" is not a unit: kB, MB, GB and TB are."},
                    Mistyped{"lots", kNoNumber}, Mistyped{"+2GB", kNoNumber}, Mistyped{".5GB", kNoNumber},
                    Mistyped{"1.GB", kNoNumber}, Mistyped{"1.0000001GB", kNoNumber}, Mistyped{"-", kNoNumber},
                    Mistyped{"\xEF\xBB\xBF"
                             "2GB",
                             kNoNumber},
                    Mistyped{"1.5", "A number without a unit is whole megabytes."},
                    Mistyped{"0", "The size must be more than zero."},
                    Mistyped{"0TB", "The size must be more than zero."},
                    Mistyped{"-1", "The size must not be negative."},
                    Mistyped{"-2.5GB", "The size must not be negative."},
                    Mistyped{"127", "127MB is less than 128MB, the least that a server starts with."},
                    Mistyped{"64MB", "64MB is less than 128MB, the least that a server starts with."},
                    Mistyped{"131071kB", "131071kB is less than 128MB, the least that a server starts with."},
                    Mistyped{"0.1GB", "104857kB is less than 128MB, the least that a server starts with."},
                    Mistyped{"2TB", "2TB is more than 1TB, the most that can be planned for."},
                    Mistyped{"1048577", "1048577MB is more than 1TB, the most that can be planned for."},
                    Mistyped{"8388607TB", "8388607TB is more than 1TB, the most that can be planned for."},
                    Mistyped{"8388608TB", kTooLarge}, Mistyped{"9223372036854775807", kTooLarge},
                    Mistyped{"18446744073709551616", kTooLarge}));

TEST(MemoryError, HasTheNameAndTheTextInMessageAndHint) {
  const auto hint = [](std::string_view name) { return std::get<InputError>(parse_memory(name, "2 gigs")).hint; };
  EXPECT_EQ(std::get<InputError>(parse_memory("POSTGRES_MEMORY", "2 gigs")).message,
            "invalid value for POSTGRES_MEMORY: \"2 gigs\"");
  EXPECT_EQ(hint("POSTGRES_MEMORY"),
            "Use a number of megabytes, such as POSTGRES_MEMORY=2048, or a size with unit, such as 2GB.");
  EXPECT_EQ(hint("aza.memory"),
            "Use a number of megabytes, such as aza.memory = 2048, or a size with unit, such as 2GB.");
  EXPECT_EQ(hint("--memory"), "Use a number of megabytes, such as --memory 2048, or a size with unit, such as 2GB.");
}

TEST(MemoryError, ShowsOddBytesAndLongTextSafely) {
  EXPECT_EQ(std::get<InputError>(parse_memory("--memory", "a\nb\x7F")).message,
            "invalid value for --memory: \"a\\x0Ab\\x7F\"");
  EXPECT_EQ(std::get<InputError>(parse_memory("--memory", std::string(100, 'x'))).message,
            "invalid value for --memory: \"" + std::string(60, 'x') + "...\"");
}

TEST(Cpus, AreRoundedUp) {
  const auto cpus = [](std::string_view text) { return std::get<int>(parse_cpus("POSTGRES_CPUS", text)); };
  EXPECT_EQ(cpus("1"), 1);
  EXPECT_EQ(cpus(" 8 "), 8);
  EXPECT_EQ(cpus("1.5"), 2);
  EXPECT_EQ(cpus("2.0"), 2);
  EXPECT_EQ(cpus("2.000001"), 3);
  EXPECT_EQ(cpus("0.25"), 1);
  EXPECT_EQ(cpus("4096"), 4096);
}

TEST(Cpus, AreRefusedWithTheReason) {
  const auto detail = [](std::string_view text) { return std::get<InputError>(parse_cpus("aza.cpus", text)).detail; };
  EXPECT_EQ(detail(""), "The value is empty.");
  EXPECT_EQ(detail("0"), "The number of CPUs must be more than zero.");
  EXPECT_EQ(detail("0.0"), "The number of CPUs must be more than zero.");
  EXPECT_EQ(detail("-2"), "The number of CPUs must not be negative.");
  EXPECT_EQ(detail("500m"), "The value is not a number.");
  EXPECT_EQ(detail("two"), "The value is not a number.");
  EXPECT_EQ(detail("4096.5"), "4096.5 is more than 4096 CPUs.");
  EXPECT_EQ(detail("99999999999999999999"), "The number is too large.");
  const InputError error = std::get<InputError>(parse_cpus("--cpus", "two"));
  EXPECT_EQ(error.message, "invalid value for --cpus: \"two\"");
  EXPECT_EQ(error.hint, "Use a number of CPUs from 1 to 4096, such as --cpus 2; a fraction is rounded up.");
}

TEST(ExactSize, IsTheLargestUnitThatIsExact) {
  EXPECT_EQ(exact_size(0), "0");
  EXPECT_EQ(exact_size(17), "17B");
  EXPECT_EQ(exact_size(130 * kKiB), "130kB");
  EXPECT_EQ(exact_size(512 * kMiB), "512MB");
  EXPECT_EQ(exact_size(1536 * kMiB), "1536MB");
  EXPECT_EQ(exact_size(2 * kGiB), "2GB");
  EXPECT_EQ(exact_size(kTiB), "1TB");
  EXPECT_EQ(exact_size(-3 * kMiB), "-3MB");
  EXPECT_EQ(exact_size(INT64_MAX), "9223372036854775807B");
  EXPECT_EQ(exact_size(INT64_MIN), "-8388608TB");
}

TEST(WholeMibSize, IsRoundedDownAndAtLeastOne) {
  EXPECT_EQ(whole_mib_size(0), "1MB");
  EXPECT_EQ(whole_mib_size(2 * kGiB - 1), "2047MB");
  EXPECT_EQ(whole_mib_size(2 * kGiB), "2GB");
}

TEST(PrettySize, HasADecimalWhereItHelps) {
  EXPECT_EQ(pretty_size(0), "0 B");
  EXPECT_EQ(pretty_size(1023), "1023 B");
  EXPECT_EQ(pretty_size(1024), "1 kB");
  EXPECT_EQ(pretty_size(1536 * kMiB), "1.5 GB");
  EXPECT_EQ(pretty_size(512 * kMiB), "512 MB");
  EXPECT_EQ(pretty_size(512 * kMiB + 600 * kKiB), "512 MB");
  EXPECT_EQ(pretty_size(2 * kGiB - 1), "1.9 GB");
  EXPECT_EQ(pretty_size(-1536 * kMiB), "-1.5 GB");
  EXPECT_EQ(pretty_size(INT64_MAX), "8388607 TB");
  EXPECT_EQ(pretty_size(INT64_MIN), "-8388608 TB");
}

}  // namespace
}  // namespace aza
