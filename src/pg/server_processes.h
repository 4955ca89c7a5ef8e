// The server's processes as the worker finds them, and whose queries they run.
#pragma once

#include "core/grant_measure.h"
#include "pg/governor_shared.h"

namespace aza {

struct ServerProcess {
  int pid;
  int number;  // of its PGPROC; -1: it has none
  int leader;  // number of the client backend whose query it runs: its own, or its parallel leader's; -1: none's
  bool running;
  bool works;  // certainly for a client's query, and does not wait for memory; not a connection that is being made,
               // which must have what it needs
};

struct ServerProcesses {
  int count;
  int connections;
  ServerProcess* of;
  ProcessMemory* memory;
};

// Allocates in the current context. The postmaster comes first.
ServerProcesses find_processes();

// Those that work alone.
ServerProcesses find_working_processes();

}  // namespace aza
