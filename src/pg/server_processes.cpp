#include "pg/server_processes.h"

#include "pg/pressure_reading.h"

namespace aza {

namespace {

// Number of the client backend whose query this process runs, or -1.
int leader_number(const PgBackendStatus& status, PGPROC* proc) {
  if (proc == nullptr) return -1;
  if (status.st_backendType == B_BACKEND) return GetNumberFromPGProc(proc);
  if (status.st_backendType != B_BG_WORKER || proc->lockGroupLeader == nullptr) return -1;
  return GetNumberFromPGProc(proc->lockGroupLeader);
}

bool works_for_a_query(const PgBackendStatus& status, int leader) {
  return (status.st_state == STATE_RUNNING || status.st_state == STATE_FASTPATH) && leader >= 0 &&
         leader < governor->slots && !grant_slots()[leader].waiting;
}

ServerProcess describe(const PgBackendStatus& status) {
  PGPROC* proc = BackendPidGetProc(status.st_procpid);
  const bool running = status.st_state != STATE_IDLE && status.st_state != STATE_IDLEINTRANSACTION &&
                       status.st_state != STATE_IDLEINTRANSACTION_ABORTED;
  const int number = proc == nullptr ? -1 : static_cast<int>(GetNumberFromPGProc(proc));
  const int leader = leader_number(status, proc);
  return {status.st_procpid, number, leader, running, works_for_a_query(status, leader)};
}

template <class Wanted>
ServerProcesses find_where(bool with_postmaster, Wanted wanted) {
  pgstat_clear_backend_activity_snapshot();
  const int most = pgstat_fetch_stat_numbackends();
  ServerProcesses found = {0, 0, static_cast<ServerProcess*>(palloc((most + 1) * sizeof(ServerProcess))), nullptr};
  if (with_postmaster) found.of[found.count++] = {PostmasterPid, -1, -1, false, false};
  for (int i = 1; i <= most; i++) {
    const LocalPgBackendStatus* local = pgstat_get_local_beentry_by_index(i);
    if (local == nullptr || local->backendStatus.st_procpid == 0) continue;
    if (local->backendStatus.st_backendType == B_BACKEND) found.connections++;
    const ServerProcess process = describe(local->backendStatus);
    if (wanted(process)) found.of[found.count++] = process;
  }
  return found;
}

void measure(ServerProcesses& found) {
  int* pids = static_cast<int*>(palloc((found.count + 1) * sizeof(int)));
  found.memory = static_cast<ProcessMemory*>(palloc((found.count + 1) * sizeof(ProcessMemory)));
  for (int i = 0; i < found.count; i++) pids[i] = found.of[i].pid;
  read_processes(pids, found.count, found.memory);
}

}  // namespace

ServerProcesses find_processes() {
  ServerProcesses found = find_where(true, [](const ServerProcess&) { return true; });
  measure(found);
  return found;
}

ServerProcesses find_working_processes() {
  ServerProcesses found = find_where(false, [](const ServerProcess& process) { return process.works; });
  measure(found);
  return found;
}

}  // namespace aza
