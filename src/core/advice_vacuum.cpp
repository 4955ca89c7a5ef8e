// Autovacuum that does not keep up.
#include <algorithm>

#include <fmt/format.h>

#include "core/advice.h"
#include "core/plan_amounts.h"

namespace aza {

namespace {

constexpr const char* kTopic = "autovacuum";

bool lags(const LaggingTable& table) {
  return table.dead >= kLeastDead && table.dead / kLagFactor > table.threshold;
}

int64_t lagging(const VacuumFacts& vacuum) {
  return std::count_if(vacuum.tables.begin(), vacuum.tables.end(), lags);
}

std::string table_evidence(const VacuumFacts& vacuum, int64_t count) {
  const LaggingTable& worst = *std::find_if(vacuum.tables.begin(), vacuum.tables.end(), lags);
  return fmt::format("{} {} far behind; {} has {} dead rows, its threshold is {}", count,
                     count == 1 ? "table is" : "tables are", worst.name, worst.dead, worst.threshold);
}

std::string age_evidence(const VacuumFacts& vacuum) {
  return fmt::format("the oldest transaction id is {} old, autovacuum_freeze_max_age is {}", vacuum.oldest_xid_age,
                     vacuum.freeze_max_age);
}

std::string evidence_of(const VacuumFacts& vacuum) {
  std::string text;
  if (vacuum.on) text = fmt::format("{} of {} workers are busy; ", vacuum.busy, vacuum.most_workers);
  const int64_t count = lagging(vacuum);
  const bool old = vacuum.oldest_xid_age > vacuum.freeze_max_age;
  if (count > 0) text += table_evidence(vacuum, count);
  if (old) text += (count > 0 ? "; " : "") + age_evidence(vacuum);
  return text;
}

void advise_on(const VacuumFacts& vacuum, std::vector<Advice>& rows) {
  rows.push_back({kTopic, "autovacuum", "", "on", evidence_of(vacuum),
                  "dead rows are removed, statistics are kept, and transaction ids do not run out",
                  "reads and writes in the background", ""});
}

// As many as there are slots for, and memory to work in.
void advise_workers(const AdviceFacts& facts, std::vector<Advice>& rows) {
  const VacuumFacts& vacuum = facts.vacuum;
  const RunningValues& now = facts.now;
  const int64_t spare = spare_bytes(facts.machine, now.shared_buffers, now.max_connections, now.work_mem);
  const int64_t fitting = std::max<int64_t>(spare, 0) / std::max<int64_t>(vacuum.worker_bytes, 1);
  const int64_t proposed = std::min({2 * vacuum.most_workers, vacuum.slots, int64_t{kMostAutovacuumWorkers}, fitting});
  if (!worth_raising(vacuum.most_workers, proposed)) return;
  rows.push_back(
      {kTopic, setting_name(Setting::autovacuum_max_workers), "", fmt::format("{}", proposed), evidence_of(vacuum),
       "more tables are vacuumed at the same time",
       fmt::format("up to {} for each worker; all of them share one cost limit", pretty_size(vacuum.worker_bytes)),
       ""});
}

void advise_cost_limit(const VacuumFacts& vacuum, std::vector<Advice>& rows) {
  if (!vacuum.throttled) return;
  const int64_t proposed = std::min(2 * vacuum.cost_limit, kMostCostLimit);
  if (!worth_raising(vacuum.cost_limit, proposed)) return;
  rows.push_back({kTopic, "autovacuum_vacuum_cost_limit", "", fmt::format("{}", proposed), evidence_of(vacuum),
                  fmt::format("vacuum sleeps less often: all workers share {} now", vacuum.cost_limit),
                  "up to twice the reads and writes of vacuum", ""});
}

}  // namespace

void advise_vacuum(AdviceFacts& facts, std::vector<Advice>& rows) {
  const VacuumFacts& vacuum = facts.vacuum;
  if (lagging(vacuum) == 0 && vacuum.oldest_xid_age <= vacuum.freeze_max_age) return;
  if (!vacuum.on) return advise_on(vacuum, rows);
  if (vacuum.busy < vacuum.most_workers) return;
  advise_workers(facts, rows);
  advise_cost_limit(vacuum, rows);
}

}  // namespace aza
