// max_connections against the most that were ever there.
#include <algorithm>

#include <fmt/format.h>

#include "core/advice.h"
#include "core/plan_amounts.h"
#include "core/plan_words.h"

namespace aza {

namespace {

constexpr const char* kConnections = "connections";

int64_t round_up_to_ten(int64_t number) {
  return (number + 9) / 10 * 10;
}

// Half as many again, as far as each of them could have its work_mem.
int64_t more_connections(const AdviceFacts& facts) {
  int64_t proposed = round_up_to_ten(facts.now.max_connections * 3 / 2);
  while (proposed > facts.now.max_connections &&
         spare_bytes(facts.machine, facts.now.shared_buffers, proposed, facts.now.work_mem) < 0) {
    proposed -= 10;
  }
  return proposed;
}

void advise_more(AdviceFacts& facts, const std::string& evidence, std::vector<Advice>& rows) {
  const int64_t proposed = more_connections(facts);
  if (!worth_raising(facts.now.max_connections, proposed)) {
    rows.push_back({kConnections, "connection pooler", "", "PgBouncer", evidence,
                    "many clients share few connections, and wait instead of being refused",
                    "session state does not survive a transaction; the memory has no room for more connections",
                    "run PgBouncer in front of the server with pool_mode = transaction"});
    return;
  }
  const int64_t each = kIdleBackendKib * kKiB;
  rows.push_back(
      {kConnections, setting_name(Setting::max_connections), "", fmt::format("{}", proposed), evidence,
       "clients are no longer refused",
       fmt::format("{} for each connection even when idle; standbys must be raised first", pretty_size(each)), ""});
  facts.now.max_connections = proposed;
}

void advise_fewer(AdviceFacts& facts, const std::string& evidence, std::vector<Advice>& rows) {
  const ConnectionFacts& seen = facts.connections;
  const int64_t proposed = std::max(kLeastConnections, round_up_to_ten(2 * seen.most_at_once + seen.for_superusers));
  if (proposed >= facts.now.max_connections) return;
  const int64_t shares = work_amount(facts.machine, proposed).value;
  rows.push_back({kConnections, setting_name(Setting::max_connections), "", fmt::format("{}", proposed), evidence,
                  fmt::format("each connection's share of the memory grows: the plan's work_mem would be {}",
                              value_text(Setting::work_mem, shares)),
                  "a peak above it is refused; lower standbys only after their primary", ""});
}

}  // namespace

void advise_connections(AdviceFacts& facts, std::vector<Advice>& rows) {
  const ConnectionFacts& seen = facts.connections;
  const int64_t most = facts.now.max_connections;
  if (seen.most_at_once > 0 && seen.most_at_once >= most - seen.for_superusers) {
    return advise_more(facts,
                       fmt::format("{} connections at once; ordinary roles get {} of {}", seen.most_at_once,
                                   most - seen.for_superusers, most),
                       rows);
  }
  if (seen.uptime_seconds < kObservedSeconds || seen.standby || most < kManyConnections) return;
  if (seen.most_at_once > most / kUnusedDivisor) return;
  advise_fewer(facts,
               fmt::format("at most {} of {} connections at once in {} days", seen.most_at_once, most,
                           seen.uptime_seconds / kDaySeconds),
               rows);
}

}  // namespace aza
