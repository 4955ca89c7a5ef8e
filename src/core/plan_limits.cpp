// What bounded a setting, and what a person should know about the plan as a whole.
#include <fmt/format.h>

#include "core/bytes.h"
#include "core/plan_words.h"

namespace aza {

namespace {

// Whole megabytes stay megabytes, as in the sizing table, so that a limit can be compared with its rule at a glance.
std::string limit_text(Setting setting, int64_t by) {
  if (!is_size(setting)) return value_text(setting, by);
  return by % kMiB == 0 ? fmt::format("{}MB", by / kMiB) : exact_size(by);
}

// Rounded up for what is needed, so that the parts of a sentence never add up to less than the whole.
int64_t up_to_mib(int64_t bytes) {
  return (bytes + kMiB - 1) / kMiB;
}

std::string small_warning(int64_t memory_mib) {
  return fmt::format("{}MB of memory is less than the {}MB that the plan was made for: it goes on smaller", memory_mib,
                     kSmallMib);
}

std::string wal_warning(int64_t max_wal, int64_t free_bytes) {
  return fmt::format("max_wal_size cannot be less than {}MB, but the file system of pg_wal has only {}MB free",
                     max_wal / kMiB, free_bytes / kMiB);
}

}  // namespace

std::string budget_warning(const Budget& budget) {
  if (budget.headroom >= 0) return "";
  const int64_t needed = budget.memory - budget.headroom;
  return fmt::format(
      "{} connections do not fit into {}MB of memory: before the first query the server needs {}MB, {}MB too much; {}",
      budget.connections, budget.memory / kMiB, up_to_mib(needed), up_to_mib(-budget.headroom),
      budget.connections_that_fit == 0 ? std::string("not even one connection would fit")
                                       : fmt::format("{} would fit", budget.connections_that_fit));
}

std::string bound_text(Setting setting, const Machine& machine, const Amount& amount) {
  const std::string by = limit_text(setting, amount.by);
  switch (amount.limit) {
    case Limit::none:
      return {};
    case Limit::least:
      return "at least " + by;
    case Limit::most:
      return "at most " + by;
    case Limit::smaller_machine:
      return fmt::format("not below the {} of a smaller machine", by);
    case Limit::bigger_machine:
      return fmt::format("not above the {} of a bigger machine", by);
    case Limit::server_min:
      return "the server's minimum " + by;
    case Limit::server_max:
      return "the server's maximum " + by;
    case Limit::server_default:
      return "not below the server's default " + by;
    case Limit::standby:
      return fmt::format("not below the primary's {}", by);
    case Limit::wal_segments:
      return fmt::format("at least two WAL segments, {}", by);
    case Limit::wal_space:
      return fmt::format("at most half of the {}MB free for pg_wal, {}", machine.wal_free_bytes.value_or(0) / kMiB, by);
    case Limit::max_wal_size:
      return fmt::format("not above max_wal_size, {}", by);
  }
  return {};
}

std::vector<std::string> plan_warnings(const Machine& machine, const Amounts& amounts) {
  std::vector<std::string> warnings;
  if (machine.memory_mib < kSmallMib) warnings.push_back(small_warning(machine.memory_mib));
  if (std::string warning = budget_warning(amounts.budget); !warning.empty()) warnings.push_back(std::move(warning));
  const int64_t max_wal = amounts[Setting::max_wal_size].value;
  const int64_t free_bytes = machine.wal_free_bytes.value_or(INT64_MAX);
  if (max_wal > free_bytes / 2) warnings.push_back(wal_warning(max_wal, free_bytes));
  return warnings;
}

}  // namespace aza
