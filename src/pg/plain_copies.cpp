#include "pg/plain_copies.h"

#include <algorithm>

#include "core/bytes.h"

namespace aza {

namespace {

template <int N, class Strings>
void copy_strings(const Strings& from, Rows<Text<320>, N>& to) {
  for (const auto& text : from)
    if (Text<320>* row = to.add()) row->set(text);
}

void copy_setting(const PlannedSetting& from, PlanRow& to) {
  to.setting = from.setting;
  to.amount = from.amount;
  to.value.set(from.value);
  to.rule.set(from.rule);
  to.bound.set(from.bound);
}

std::optional<std::string> text_or_none(const char* text) {
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace

Overrides overrides_in(const Said& said) {
  return {text_or_none(said.memory_variable), text_or_none(said.memory_setting), text_or_none(said.cpus_variable),
          text_or_none(said.cpus_setting)};
}

void copy_limits(const Detection& from, Limits& to) {
  to.memory_mib = from.memory_mib;
  to.group_limit_mib = from.group_limit_bytes ? std::max<int64_t>(1, *from.group_limit_bytes / kMiB) : 0;
  to.memory_source.set(from.memory_source);
  to.memory_limit_path.set(from.memory_limit_path);
  to.cpus = from.cpus;
  to.cpus_source.set(from.cpus_source);
}

void copy_error(const InputError& from, PlainError& to) {
  to.set = true;
  to.message.set(from.message);
  to.detail.set(from.detail);
  to.hint.set(from.hint);
}

void copy_fact(const Fact& from, FactRow& to) {
  to.name.set(from.name);
  to.value.set(from.value);
  to.source.set(from.source);
  to.remark.set(from.remark);
}

void copy_detection(const Detection& from, FoundMachine& to) {
  copy_limits(from, to);
  to.huge_pages = from.huge_pages;
  to.wal_free_bytes = from.wal_free_bytes;
  for (const Fact& fact : from.facts)
    if (FactRow* row = to.facts.add()) copy_fact(fact, *row);
  copy_strings(from.warnings, to.warnings);
}

void copy_plan(const Plan& from, PlainPlan& to) {
  for (const PlannedSetting& setting : from.settings)
    if (PlanRow* row = to.settings.add()) copy_setting(setting, *row);
  copy_strings(from.warnings, to.warnings);
  to.budget = from.budget;
}

}  // namespace aza
