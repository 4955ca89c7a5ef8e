#include "plan_command.h"

#include <fmt/format.h>

#include <iostream>

#include "core/bytes.h"
#include "core/libcgroup.h"
#include "core/plan_format.h"
#include "plan_json.h"
#include "plan_options.h"
#include "preload_list.h"

namespace aza {

namespace {

// A machine, and a line for each thing that was found instead of given.
struct Subject {
  Machine machine;
  std::vector<std::string> found;
  std::vector<std::string> warnings;
};

using Formatter = std::string (*)(const Plan&, const Subject&);

std::string table(const Plan& plan, const Subject& subject) {
  std::string text;
  for (const std::string& line : subject.found) text += line + "\n";
  return text + plan_as_table(plan, subject.machine);
}

struct Format {
  const char* name;
  Formatter write;
};

const Format kFormats[] = {
    {"table", table},
    {"conf", [](const Plan& plan, const Subject& subject) { return plan_as_conf(plan, subject.machine); }},
    {"json", [](const Plan& plan, const Subject& subject) { return plan_as_json(plan, subject.machine); }},
    {"alter-system", [](const Plan& plan, const Subject&) { return plan_as_alter_system(plan); }},
    {"patroni", [](const Plan& plan, const Subject&) { return plan_as_patroni(plan); }},
};

std::variant<Formatter, InputError> parse_format(const std::string& text) {
  for (const Format& format : kFormats) {
    if (text == format.name) return format.write;
  }
  return InputError{fmt::format("invalid value for --format: \"{}\"", text), "",
                    "Use table, conf, json, alter-system or patroni."};
}

// Stores the value, or throws the InputError: inside the tool an exception is the shortest way out.
template <class T>
T value_or_throw(std::variant<T, InputError> result) {
  if (auto* error = std::get_if<InputError>(&result)) throw std::move(*error);
  return std::get<T>(std::move(result));
}

// An option, or else its variable, as the value and what to call it.
template <class T, class Parse>
T choice(const std::optional<std::string>& option, const char* option_name, const std::optional<std::string>& variable,
         const char* variable_name, Parse parse, T otherwise) {
  if (option) return value_or_throw<T>(parse(option_name, *option));
  if (variable) return value_or_throw<T>(parse(variable_name, *variable));
  return otherwise;
}

Detection find_machine(const PlanOptions& options, const Environment& environment) {
  Overrides overrides;
  if (!options.memory) overrides.memory_variable = environment("POSTGRES_MEMORY");
  if (!options.cpus) overrides.cpus_variable = environment("POSTGRES_CPUS");
  const CgroupLibrary library = options.root == "/" ? ask_libcgroup() : CgroupLibrary{};
  return value_or_throw<Detection>(
      detect(*system_reader(options.root), overrides, options.wal_folder, options.root == "/" ? &library : nullptr));
}

// What is given is planned for; what is not is taken from this machine. Its huge pages say nothing about another's
// memory.
Subject subject_of(const PlanOptions& options, const Environment& environment) {
  Subject subject;
  Machine& machine = subject.machine;
  machine.workload = choice(options.workload, "--workload", environment("POSTGRES_WORKLOAD_TYPE"),
                            "POSTGRES_WORKLOAD_TYPE", parse_workload, Workload::mixed);
  machine.storage = choice(options.storage, "--storage", environment("POSTGRES_STORAGE_TYPE"), "POSTGRES_STORAGE_TYPE",
                           parse_storage, Storage::ssd);
  for (const std::string& library : preload_list(options.preload)) machine.preload_workers += preload_workers(library);
  if (options.memory) machine.memory_mib = value_or_throw<int64_t>(parse_memory("--memory", *options.memory));
  if (options.cpus) machine.cpus = value_or_throw<int>(parse_cpus("--cpus", *options.cpus));
  if (options.memory && options.cpus && options.wal_folder.empty()) return subject;

  const Detection detection = find_machine(options, environment);
  if (!options.memory) {
    machine.memory_mib = detection.memory_mib;
    machine.huge_pages = detection.huge_pages;
    subject.found.push_back(
        fmt::format("memory: {} from {}", exact_size(detection.memory_mib * kMiB), detection.memory_source));
    subject.warnings = detection.warnings;
  }
  if (!options.cpus) {
    machine.cpus = detection.cpus;
    subject.found.push_back(fmt::format("CPUs: {} from {}", detection.cpus, detection.cpus_source));
  }
  if (!options.wal_folder.empty()) machine.wal_free_bytes = detection.wal_free_bytes;
  return subject;
}

int write_plan(const PlanOptions& options, const Environment& environment, std::ostream& out, std::ostream& err) {
  const Formatter write = value_or_throw<Formatter>(parse_format(options.format));
  const Subject subject = subject_of(options, environment);
  const Plan plan = make_plan(subject.machine, postgres_18_bounds());
  for (const std::string& warning : subject.warnings) err << "aza-plan: warning: " << warning << "\n";
  for (const std::string& warning : plan.warnings) err << "aza-plan: warning: " << warning << "\n";
  if (out << write(plan, subject) << std::flush) return kDone;
  err << "aza-plan: could not write the plan\n";
  return kNotDone;
}

void explain(const InputError& error, std::ostream& err) {
  err << "aza-plan: " << error.message << "\n";
  if (!error.detail.empty()) err << "detail: " << error.detail << "\n";
  if (!error.hint.empty()) err << "hint: " << error.hint << "\n";
}

}  // namespace

int plan_command(const std::vector<std::string>& arguments, const Environment& environment, std::ostream& out,
                 std::ostream& err) try {
  const auto parsed = parse_plan_options(arguments);
  if (const auto* help = std::get_if<HelpText>(&parsed)) {
    out << help->text;
    return kDone;
  }
  if (const auto* error = std::get_if<InputError>(&parsed)) throw *error;
  return write_plan(std::get<PlanOptions>(parsed), environment, out, err);
} catch (const InputError& error) {
  explain(error, err);
  return kWrongUse;
} catch (const std::exception& error) {
  err << "aza-plan: " << error.what() << "\n";
  return kNotDone;
}

}  // namespace aza
