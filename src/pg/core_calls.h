// Core's work as the server asks for it: text in, plain data out, never an error raised inside.
#pragma once

#include "pg/settings.h"
#include "pg/tuning.h"

namespace aza {

struct ProbeAnswer {
  PlainError error;
  FoundMachine found;
};
// `wal_folder` may be empty.
void probe_machine(const Said& said, const char* wal_folder, ProbeAnswer& answer);

// What libcgroup says of the real system's mode and mounts, and whether that agrees with mountinfo.
using LibraryFacts = Rows<FactRow, 8>;
void ask_library(LibraryFacts& facts);

struct ProfileAnswer {
  PlainError error;
  Workload workload;
  Storage storage;
};
// What each choice is called where it was said; a text may be nullptr.
struct ProfileWords {
  const char* workload_name;
  const char* workload;
  const char* storage_name;
  const char* storage;
};
void parse_profile(const ProfileWords& words, ProfileAnswer& answer);

struct MemoryAnswer {
  PlainError error;
  int64_t mib;
};
void parse_memory_text(const char* name, const char* text, MemoryAnswer& answer);

void plan_for(const Machine& machine, const ServerBounds& bounds, PlainPlan& plan);

// Also says in `warning` by how much the budget does not hold; empty where it does.
struct BudgetAnswer {
  Budget budget;
  Text<320> warning;
};
void budget_for(int64_t memory_mib, int64_t shared_buffers, int64_t max_connections, int cpus, BudgetAnswer& answer);

int workers_of_library(const char* library);

using ConfText = Text<32768>;
void conf_text_for(const Machine& machine, const ServerBounds& bounds, ConfText& text);

// A planned setting's amount as SET takes it.
void words_for(Setting setting, int64_t amount, Text<32>& text);

// "512MB" or "1.5 GB"
void pretty_bytes(int64_t bytes, Text<32>& text);

// Raises `error` at `level` (ERROR or FATAL) if it is set. SQLSTATE 22023.
void raise_if_set(const PlainError& error, int level);

}  // namespace aza
