// Text as the kernel writes it, and as it should not.
#include "core/kernel_text.h"

#include <gtest/gtest.h>

namespace aza {
namespace {

using Views = std::vector<std::string_view>;

TEST(Lines, AreTrimmedAndNeverEmpty) {
  EXPECT_EQ(lines("a\r\n\n  b \n\t\nc"), (Views{"a", "b", "c"}));
  EXPECT_EQ(lines("\xEF\xBB\xBF"
                  "a\n"),
            Views{"a"});
  EXPECT_EQ(lines(""), Views{});
  EXPECT_EQ(first_line("\n\n x \ny"), "x");
  EXPECT_EQ(first_line(" \n"), "");
}

TEST(Split, KeepsEmptyFieldsAndWordsDoNot) {
  EXPECT_EQ(split("a,,b,", ','), (Views{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), Views{""});
  EXPECT_EQ(words("  a \t b  "), (Views{"a", "b"}));
  EXPECT_EQ(words(" "), Views{});
}

TEST(WholeNumber, IsDigitsOnlyAndSaturates) {
  EXPECT_EQ(whole_number("0"), 0);
  EXPECT_EQ(whole_number("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(whole_number("9223372036854775808"), INT64_MAX);
  EXPECT_EQ(whole_number(std::string(100, '9')), INT64_MAX);
  EXPECT_EQ(whole_number(std::string(100, '9') + "x"), std::nullopt);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "1.5"})
    EXPECT_EQ(whole_number(text), std::nullopt) << text;
}

TEST(NamedNumber, FindsTheWholeNameOnly) {
  const std::string_view text = "MemTotalX: 1 kB\nMemTotal:  2 kB\nHugePages_Total: 3\nhierarchical_memory_limit 4\n";
  EXPECT_EQ(*named_number(text, "MemTotal"), 2048);
  EXPECT_EQ(*named_number(text, "HugePages_Total"), 3);
  EXPECT_EQ(*named_number(text, "hierarchical_memory_limit"), 4);
  EXPECT_EQ(named_number(text, "Mem").because(), "it has no Mem");
  EXPECT_EQ(named_number("MemTotal: -5 kB\n", "MemTotal").because(), "MemTotal is \"-5\"");
  EXPECT_EQ(*named_number("MemTotal: 9223372036854775807 kB", "MemTotal"), INT64_MAX);
  EXPECT_FALSE(named_number("MemTotal:\n", "MemTotal"));
}

TEST(ListCount, CountsEachOnce) {
  EXPECT_EQ(*list_count("0"), 1);
  EXPECT_EQ(*list_count("0-3,8\n"), 5);
  EXPECT_EQ(*list_count("0-3,2-5,5"), 6);
  EXPECT_EQ(*list_count("0-65535"), 65536);
  for (const char* text : {"", "-", "3-1", "0-65536", "a", "0,", "0-", "-3", "0--3", "0-10:2/4", "0x1"}) {
    EXPECT_FALSE(list_count(text)) << text;
  }
}

TEST(Printable, KeepsOnlyWhatATerminalMayShow) {
  EXPECT_EQ(printable("a b~"), "a b~");
  EXPECT_EQ(printable(std::string_view("\0\x1b[31m\xff", 7)), "\\x00\\x1B[31m\\xFF");
  EXPECT_EQ(printable(std::string(61, 'x')), std::string(60, 'x') + "...");
}

}  // namespace
}  // namespace aza
