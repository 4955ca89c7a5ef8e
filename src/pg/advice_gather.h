// What the advice is worked out from, out of the server's counters and settings and the kernel's files.
#pragma once

#include "core/advice_facts.h"

namespace aza {

// Between SPI_connect() and SPI_finish(): the texts live until then. Never fails for what the kernel shows.
void gather_advice_facts(AdviceFacts& facts);

// In the postmaster, at the start: what the kernel killed before is not the server's affair. Inherited by fork, so that
// the kill that made the server restart its processes still counts.
void remember_oom_kills();

}  // namespace aza
