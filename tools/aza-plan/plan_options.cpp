#include "plan_options.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace aza {

namespace {

constexpr const char* kDescription =
    "What aza_autoconf would set on a machine, and why. Without options it plans for the machine or container it runs "
    "in.";

constexpr const char* kFooter =
    "Exit codes: 0 done, 2 wrong option or value, 3 the plan could not be made or written.\n"
    "POSTGRES_MEMORY, POSTGRES_CPUS, POSTGRES_WORKLOAD_TYPE and POSTGRES_STORAGE_TYPE count as they do for the "
    "server;\n"
    "an option wins over its variable.";

void add_options(CLI::App& app, PlanOptions& options) {
  app.add_option("--memory", options.memory, "memory: megabytes, or a size such as 8GB")->type_name("SIZE");
  app.add_option("--cpus", options.cpus, "number of CPUs")->type_name("N");
  app.add_option("--workload", options.workload, "mixed (default), web, oltp, dw or desktop")->type_name("NAME");
  app.add_option("--storage", options.storage, "ssd (default), nvme, hdd or san")->type_name("NAME");
  app.add_option("--preload", options.preload, "libraries as in shared_preload_libraries")->type_name("LIST");
  app.add_option("--format", options.format, "table (default), conf, json, alter-system or patroni")->type_name("NAME");
  app.add_option("--pg-wal", options.wal_folder, "keep max_wal_size under half of what is free here")
      ->type_name("FOLDER");
  app.add_option("--root", options.root, "look for /proc and /sys below this folder")->type_name("FOLDER");
}

}  // namespace

std::variant<PlanOptions, HelpText, InputError> parse_plan_options(std::vector<std::string> arguments) {
  PlanOptions options;
  CLI::App app(kDescription, "aza-plan");
  app.footer(kFooter);
  add_options(app, options);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes the last one first
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return HelpText{app.help()};
  } catch (const CLI::ParseError& error) {
    return InputError{error.what(), "", "Try aza-plan --help."};
  }
  return options;
}

}  // namespace aza
