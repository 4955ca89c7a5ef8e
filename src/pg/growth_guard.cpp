#include "pg/growth_guard.h"

#include "core/growth_limit.h"
#include "pg/event_log.h"
#include "pg/governor_settings.h"
#include "pg/pressure_cancel.h"

namespace aza {

namespace {

bool limits = false;
bool any_limited = true;  // a worker that ended may have left some behind
uint32 limit_round;

// Never more than what the server was started with.
bool set_limit(int pid, rlim_t bytes) {
  struct rlimit limit = governor->data_limit;
  if (limit.rlim_cur == RLIM_INFINITY || bytes < limit.rlim_cur) limit.rlim_cur = bytes;
  return prlimit(pid, RLIMIT_DATA, &limit, nullptr) == 0;
}

void say_once_that_none_can_be_set() {
  static bool said = false;
  if (said) return;
  said = true;
  ereport(LOG, (errmsg("aza_autoconf cannot limit how fast queries take memory: %m"),
                errdetail("A query that takes memory faster than it can be canceled may be killed by the kernel.")));
}

// Marked first: a process that is limited must know it.
void limit_process(const ServerProcess& process, const ProcessMemory& memory, const GrowthRoom& room) {
  if (memory.data == 0 || process.number < 0 || process.number >= governor->slots) return;
  GrantSlot& slot = grant_slots()[process.number];
  if (pg_atomic_read_u32(&slot.ending) != 0) return;
  pg_atomic_write_u64(&slot.limited_bytes, static_cast<uint64>(memory.anonymous));
  pg_atomic_write_u32(&slot.limited_pid, static_cast<uint32>(process.pid));
  slot.limited_round = limit_round;
  if (set_limit(process.pid, static_cast<rlim_t>(growth_bound(memory.data, memory.anonymous, room))) || errno == ESRCH)
    return;
  pg_atomic_write_u32(&slot.limited_pid, 0);
  say_once_that_none_can_be_set();
}

GrowthFacts facts_of(const Usage& usage, const ServerProcesses& processes) {
  GrowthFacts facts = {usage.limit, usage.working_set, 0, 0, governor->limit.cpus};
  for (int i = 0; i < processes.count; i++) {
    if (!processes.of[i].works) continue;
    facts.running++;
    facts.untouched += untouched_memory(processes.memory[i].data, processes.memory[i].anonymous);
  }
  return facts;
}

void limit_growth(const Usage& usage, const ServerProcesses& processes) {
  const GrowthRoom room = growth_room(facts_of(usage, processes));
  for (int i = 0; i < processes.count; i++)
    if (processes.of[i].works) limit_process(processes.of[i], processes.memory[i], room);
}

void lift(GrantSlot& slot) {
  const uint32 pid = pg_atomic_exchange_u32(&slot.limited_pid, 0);
  if (pid != 0) prlimit(static_cast<pid_t>(pid), RLIMIT_DATA, &governor->data_limit, nullptr);
}

// Of those that were not limited in this round: they wait for their clients or for memory, or all are free again.
void lift_others() {
  for (int i = 0; i < governor->slots; i++)
    if (grant_slots()[i].limited_round != limit_round) lift(grant_slots()[i]);
}

void tell_of_stopped() {
  static uint64 told = 0;
  const uint64 stopped = pg_atomic_read_u64(&governor->stopped_growing);
  if (stopped > told)
    write_event(
        "growth",
        psprintf("queries that wanted more memory than their share of what is left: " UINT64_FORMAT, stopped - told),
        "", "");
  told = stopped;
}

// False where it was another process, or none, that was limited here.
bool lift_own(GrantSlot& slot) {
  const uint32 pid = pg_atomic_exchange_u32(&slot.limited_pid, 0);
  return pid == static_cast<uint32>(MyProcPid) && setrlimit(RLIMIT_DATA, &governor->data_limit) == 0;
}

}  // namespace

bool growth_is_limited(const Usage& usage) {
  limits = guards_may_cancel() && growth_is_limited(usage.percent, limits);
  return limits;
}

void guard_against_growth(const Usage& usage, const ServerProcesses& processes) {
  limit_round++;
  if (limits) limit_growth(usage, processes);
  if (limits || any_limited) lift_others();
  any_limited = limits;
  tell_of_stopped();
}

[[gnu::hot]] void begin_growth() {
  if (governor == nullptr) return;
  GrantSlot& slot = grant_slots()[MyProcNumber];
  if (pg_atomic_read_u32(&slot.ending) != 0) pg_atomic_write_u32(&slot.ending, 0);
  if (pg_atomic_read_u32(&slot.limited_pid) != 0 && !inside_a_query()) lift_own(slot);
}

bool end_growth_limit() {
  GrantSlot& slot = grant_slots()[MyProcNumber];
  pg_atomic_write_u32(&slot.ending, 1);
  return lift_own(slot);
}

}  // namespace aza
