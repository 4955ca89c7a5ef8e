#include "pg/core_calls.h"

#include "core/bytes.h"
#include "core/libcgroup.h"
#include "core/plan_format.h"
#include "core/plan_words.h"
#include "pg/guard.h"
#include "pg/plain_copies.h"

namespace aza {

namespace {

void probe_in_core(const Said& said, const char* wal_folder, ProbeAnswer& out) {
  const auto reader = system_reader(said.root);
  const auto result = detect_with_libcgroup(*reader, said.root, overrides_in(said), wal_folder);
  if (const auto* error = std::get_if<InputError>(&result)) return copy_error(*error, out.error);
  copy_detection(std::get<Detection>(result), out.found);
}

// A failure of core itself is ours, not the user's: the server goes on with what it had.
void log_failure(const CoreRun& run, const char* what) {
  if (!run.ok) ereport(LOG, (errmsg("aza_autoconf could not %s: %s", what, run.because.c_str())));
}

template <class Value, class Parse>
void parse_choice(Parse parse, const char* name, const char* text, Value& value, PlainError& error) {
  if (text == nullptr || error.set) return;
  const auto parsed = parse(name, text);
  if (const auto* problem = std::get_if<InputError>(&parsed)) return copy_error(*problem, error);
  value = std::get<Value>(parsed);
}

}  // namespace

void probe_machine(const Said& said, const char* wal_folder, ProbeAnswer& answer) {
  log_failure(run_core(answer, [&](ProbeAnswer& out) { probe_in_core(said, wal_folder, out); }), "detect the machine");
  if (answer.found.memory_mib > 0 || answer.error.set) return;
  answer.found.memory_mib = kSmallMib;
  answer.found.cpus = 1;
  answer.found.memory_source.set("nothing could be detected");
  answer.found.cpus_source.set("nothing could be detected");
}

void ask_library(LibraryFacts& facts) {
  log_failure(run_core(facts,
                       [&](LibraryFacts& out) {
                         const CgroupLibrary library = ask_libcgroup();
                         const auto result = detect(*system_reader("/"), Overrides{}, "", &library);
                         for (const Fact& fact : std::get<Detection>(result).facts)
                           if (fact.source == "libcgroup")
                             if (FactRow* row = out.add()) copy_fact(fact, *row);
                       }),
              "ask libcgroup");
}

void parse_profile(const ProfileWords& words, ProfileAnswer& answer) {
  log_failure(run_core(answer,
                       [&](ProfileAnswer& out) {
                         parse_choice(parse_workload, words.workload_name, words.workload, out.workload, out.error);
                         parse_choice(parse_storage, words.storage_name, words.storage, out.storage, out.error);
                       }),
              "read the profile");
}

void parse_memory_text(const char* name, const char* text, MemoryAnswer& answer) {
  log_failure(run_core(answer,
                       [&](MemoryAnswer& out) {
                         const auto parsed = parse_memory(name, text);
                         if (const auto* error = std::get_if<InputError>(&parsed))
                           copy_error(*error, out.error);
                         else
                           out.mib = std::get<int64_t>(parsed);
                       }),
              "read a memory size");
}

void plan_for(const Machine& machine, const ServerBounds& bounds, PlainPlan& plan) {
  log_failure(run_core(plan, [&](PlainPlan& out) { copy_plan(make_plan(machine, bounds), out); }), "make a plan");
}

void budget_for(int64_t memory_mib, int64_t shared_buffers, int64_t max_connections, int cpus, BudgetAnswer& answer) {
  log_failure(run_core(answer,
                       [&](BudgetAnswer& out) {
                         out.budget = memory_budget(memory_mib, shared_buffers, max_connections, cpus);
                         out.warning.set(budget_warning(out.budget));
                       }),
              "check the memory budget");
}

int workers_of_library(const char* library) {
  int workers = 0;
  log_failure(run_core(workers, [&](int& out) { out = preload_workers(library); }), "count a library's workers");
  return workers;
}

void conf_text_for(const Machine& machine, const ServerBounds& bounds, ConfText& text) {
  log_failure(run_core(text, [&](ConfText& out) { out.set(plan_as_conf(make_plan(machine, bounds), machine)); }),
              "write the plan as text");
}

void words_for(Setting setting, int64_t amount, Text<32>& text) {
  log_failure(run_core(text, [&](Text<32>& out) { out.set(value_text(setting, amount)); }), "write a value");
}

void pretty_bytes(int64_t bytes, Text<32>& text) {
  log_failure(run_core(text, [&](Text<32>& out) { out.set(pretty_size(bytes)); }), "write a size");
}

void raise_if_set(const PlainError& error, int level) {
  if (!error.set) return;
  ereport(level, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", error.message.c_str()),
                  error.detail.empty() ? 0 : errdetail("%s", error.detail.c_str()),
                  error.hint.empty() ? 0 : errhint("%s", error.hint.c_str())));
}

}  // namespace aza
