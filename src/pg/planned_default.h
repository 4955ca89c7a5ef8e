// Makes the plan a setting's default for as long as the server runs.
//
// The server forgets a computed value at a reload: it reads the file's line again (initdb writes lines for some of the
// planned settings), and where a line was removed it goes back to the value compiled in. So each planned setting gets a
// check hook of ours in front of its own, which answers with the planned value where the server would take the
// compiled-in one or a line that no human chose. A line that a human adds takes effect at the next reload, as ever, and
// when it is removed the plan is back.
#pragma once

#include "pg/guc_record.h"
#include "pg/tuning.h"

namespace aza {

// Also for a setting that a human's line holds just now. Only in the postmaster, before it forks.
void hold_planned_default(const PlanRow& row, Mode mode);

// Another plan's value for a setting (of integers) that is held already: in this process alone, from the next reload
// on.
void renew_planned_default(const PlanRow& row);

// The same for shared_preload_libraries: where the files give `written`, the running list is `loaded`.
void hold_library_list(const char* written, const char* loaded);

}  // namespace aza
