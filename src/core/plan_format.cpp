#include "core/plan_format.h"

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/quoted_text.h"

namespace aza {

namespace {

std::string conf_quoted(std::string_view text) {
  return quoted(doubled(text, '\\'), '\'');
}

// A comment ends with its line.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

std::string reason(const PlannedSetting& planned) {
  return one_line(planned.bound.empty() ? planned.rule : planned.rule + "; " + planned.bound);
}

}  // namespace

std::string machine_text(const Machine& machine) {
  return fmt::format("{} of memory, {} CPU{}, workload {}, storage {}", exact_size(machine.memory_mib * kMiB),
                     machine.cpus, machine.cpus == 1 ? "" : "s", workload_name(machine.workload),
                     storage_name(machine.storage));
}

std::string plan_as_conf(const Plan& plan, const Machine& machine) {
  std::string text = fmt::format("# Planned by aza_autoconf for {}.\n", machine_text(machine));
  for (const std::string& warning : plan.warnings) text += fmt::format("# WARNING: {}\n", one_line(warning));
  for (const PlannedSetting& planned : plan.settings) {
    const std::string line = fmt::format("{} = {}", setting_name(planned.setting), conf_quoted(planned.value));
    text += fmt::format("{:<44} # {}\n", line, reason(planned));
  }
  return text;
}

std::string plan_as_alter_system(const Plan& plan) {
  std::string text;
  for (const PlannedSetting& planned : plan.settings) {
    text += fmt::format("ALTER SYSTEM SET {} = {};\n", setting_name(planned.setting), quoted(planned.value, '\''));
  }
  return text;
}

// Quoted all of them: a YAML 1.1 reader would take a bare off for a boolean.
std::string plan_as_patroni(const Plan& plan) {
  std::string text =
      "# For `patronictl edit-config`: Patroni takes max_connections and its like from the cluster's configuration "
      "only.\n"
      "postgresql:\n"
      "  parameters:\n";
  for (const PlannedSetting& planned : plan.settings) {
    text += fmt::format("    {}: {}\n", setting_name(planned.setting), quoted(planned.value, '\''));
  }
  return text;
}

}  // namespace aza
