// How much more memory a process may take until it is looked at again, once memory gets short. Pure arithmetic.
#pragma once

#include <cstdint>

namespace aza {

// In percent of the limit in use. Growth is limited from the first on, until less than the second is in use; from the
// third on what is left is shared.
inline constexpr int64_t kGrowthLimitedPercent = 50;
inline constexpr int64_t kGrowthFreePercent = 45;
inline constexpr int64_t kGrowthSharedPercent = 75;

bool growth_is_limited(int64_t percent, bool limited_now);

// How long the worker may look away: queries fill memory up by about a gigabyte per second and CPU, and must find their
// growth limited. So while the limit is far, for as long as it takes to come near it, from 50 to 250 ms; from
// kGrowthFreePercent on 20 ms.
int64_t look_pause_ms(int64_t limit, int64_t working_set, int cpus);

struct GrowthFacts {
  int64_t limit = 0;        // bytes
  int64_t working_set = 0;  // bytes
  int64_t untouched = 0;    // bytes that they have been given and have not used yet
  int running = 0;          // processes that work for a query, those that wait for memory not counted
  int cpus = 1;
};

// Of one process, from what it has been given (private writable mappings) and what it holds. An idle backend has about
// 8MB that it will never touch.
int64_t untouched_memory(int64_t data, int64_t anonymous);

// Bytes by which a process may grow.
struct GrowthRoom {
  int64_t share = 0;      // each of those that work
  int64_t for_small = 0;  // and each small one in any case
};

// A twentieth of the limit stays for the kernel and for all others. Far from the limit each may have all that is left,
// so that none asks for more than there is: a hash table that doubles would, and the kernel would give it, to kill when
// it is used. Near the limit they share: between two looks hardly more than four processes for each CPU run. Small ones
// get 2MB however little is left, until only a thirty-second of the limit is: many small ones are a large one.
GrowthRoom growth_room(const GrowthFacts& facts);

// Of what sessions keep between their statements.
struct SessionFacts {
  int64_t limit = 0;  // bytes
  int64_t taken = 0;  // bytes of shared memory and of the kernel's
  int connections = 0;
};

// What a session may hold and still plan further statements when nothing else is left: an equal part of nine tenths of
// the limit less `taken`, at least 4MB. A new one holds about 2MB.
int64_t session_share(const SessionFacts& facts);

// What a process may have altogether of private writable mappings. One is small up to 16MB.
int64_t growth_bound(int64_t data, int64_t anonymous, const GrowthRoom& room);

}  // namespace aza
