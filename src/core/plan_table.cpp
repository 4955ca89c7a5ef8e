// The plan for a person at a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/bytes.h"
#include "core/plan_format.h"

namespace aza {

namespace {

constexpr size_t kColumns = 120;
constexpr size_t kGap = 2;

// Breaks at spaces; a continuation is indented so that the text stays a column.
std::string wrapped(std::string_view text, size_t indent) {
  const size_t width = kColumns - indent;
  std::string result;
  while (text.size() > width) {
    size_t end = text.rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = width;
    result += fmt::format("{}\n{:{}}", text.substr(0, end), "", indent);
    text.remove_prefix(text[end] == ' ' ? end + 1 : end);
  }
  return result.append(text);
}

std::string settings_text(const Plan& plan) {
  size_t names = std::string_view("setting").size();
  size_t values = std::string_view("value").size();
  for (const PlannedSetting& planned : plan.settings) {
    names = std::max(names, std::string_view(setting_name(planned.setting)).size());
    values = std::max(values, planned.value.size());
  }
  auto row = [&](std::string_view name, std::string_view value, const std::string& reason) {
    const size_t indent = names + values + 2 * kGap;
    return fmt::format("{:<{}}  {:>{}}  {}\n", name, names, value, values, wrapped(reason, indent));
  };
  std::string text = row("setting", "value", "reason");
  for (const PlannedSetting& planned : plan.settings) {
    const std::string bound = planned.bound.empty() ? "" : "; " + planned.bound;
    text += row(setting_name(planned.setting), planned.value, planned.rule + bound);
  }
  return text;
}

std::string budget_text(const Budget& budget) {
  return fmt::format("budget: shared memory {}, {} connections of {} when idle, reserve {}, {} {}\n",
                     pretty_size(budget.shared_memory), budget.connections, pretty_size(budget.per_connection),
                     pretty_size(budget.reserve), budget.headroom < 0 ? "too little by" : "left for queries",
                     pretty_size(std::abs(budget.headroom)));
}

}  // namespace

std::string plan_as_table(const Plan& plan, const Machine& machine) {
  std::string text = fmt::format("{}\n\n{}\n{}", machine_text(machine), settings_text(plan), budget_text(plan.budget));
  if (plan.huge_pages_to_reserve > 0) {
    text += fmt::format("huge pages that would cover the shared memory: vm.nr_hugepages = {}\n",
                        plan.huge_pages_to_reserve);
  }
  for (const std::string& warning : plan.warnings) text += wrapped("WARNING: " + warning, kGap) + "\n";
  return text;
}

}  // namespace aza
