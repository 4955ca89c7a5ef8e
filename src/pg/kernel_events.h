// What the kernel did to the server's group because memory ran short: above all, which processes it killed.
#pragma once

namespace aza {

// The worker's part: reads the kernel's counts, adds up what is new, and tells of kills. `stalled`: the pressure
// trigger has just told of a stall.
void follow_kernel_events(bool stalled);

}  // namespace aza
