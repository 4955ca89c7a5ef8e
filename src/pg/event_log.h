// The last hundred decisions, for aza_events().
#pragma once

#include "pg/governor_shared.h"

namespace aza {

void write_event(const char* kind, const char* cause, const char* before, const char* after);

}  // namespace aza
