// How the worker waits: until its next look is due, or until the kernel tells that processes of the group stall for
// want of memory (PSI, in cgroup v2's memory.pressure).
#pragma once

namespace aza {

// Sets the trigger. Where the kernel, or the file's permissions, don't allow one, a LOG line says why; the worker then
// waits for the time alone.
void start_waiting();

// After a change of limits, with which another group may be the one to watch.
void follow_group();

// Whether a stall ended the wait. A set latch ends it, too; the worker ends with the postmaster.
bool wait_for_stall(long ms);

}  // namespace aza
