// The server's counters, by SQL. Between SPI_connect() and SPI_finish(), with a search_path of pg_catalog alone.
#pragma once

#include "core/advice_facts.h"

namespace aza {

void query_totals(AdviceFacts& facts);
std::span<const SpillingStatement> query_statements();
std::span<const LaggingTable> query_tables();
std::span<const SlotFacts> query_slots();

struct Tablespace {
  const char* name;
  const char* location;
};
std::span<const Tablespace> query_tablespaces();

}  // namespace aza
