// What a person asks aza-plan for.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/outcome.h"

namespace aza {

struct PlanOptions {
  std::optional<std::string> memory;
  std::optional<std::string> cpus;
  std::optional<std::string> workload;
  std::optional<std::string> storage;
  std::string preload;
  std::string format = "table";
  std::string wal_folder;
  std::string root = "/";
};

struct HelpText {
  std::string text;
};

std::variant<PlanOptions, HelpText, InputError> parse_plan_options(std::vector<std::string> arguments);

}  // namespace aza
