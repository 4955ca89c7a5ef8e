// The pool of memory grants: how large it is, and who gets how much of it next. Pure arithmetic over plain numbers; the
// server keeps the numbers in shared memory under one lock.
#pragma once

#include <cstdint>
#include <span>

namespace aza {

// What the pool's size follows from. Bytes.
struct PoolFacts {
  int64_t limit = 0;          // of the group, or the machine's memory
  int64_t shared_memory = 0;  // all of it, since buffers fill up sooner or later
  int64_t kernel = 0;         // page tables, slab, and page cache that must be written before it can go
  int64_t other_anonymous =
      0;  // what is not covered by a grant: idle backends, what grants have outgrown, other processes
  int64_t new_connections = 0;  // those that came after the measurement, at what an idle one costs
  int64_t reserve = 0;          // background work, and the page cache's least
};
int64_t pool_capacity(const PoolFacts& facts);

// Kept back for those who may not wait, and for the page cache without which nothing runs. Bytes.
int64_t pool_reserve(int64_t limit);

// Of these, what queries that have waited too long may take together, each its minimum.
int64_t late_reserve(int64_t limit);

struct PoolUse {
  int64_t granted = 0;  // sum of all grants out of the pool
  int64_t small = 0;    // of these, to small queries
  int large = 0;        // number of large grants
};

struct PoolRules {
  int64_t capacity = 0;
  int large_at_once = 1;       // how many large grants may run while somebody waits
  bool may_rise = true;        // whether a grant may be more than what the settings allow
  int64_t most_per_query = 0;  // a raised grant's bound
};

// Large queries at once under contention: they finish sooner one after the other than all together. Measured on 2 CPUs:
// two at a time beat one, three, five and more (bench/governor). `pressed`: the group is near its limit.
int large_at_once(int cpus, bool pressed);

struct GrantRequest {
  int64_t least = 0;  // below this the query does not start
  int64_t need = 0;   // what the settings allow it
  int64_t wish = 0;   // with which it would not spill; at least `need`
  int64_t most = 0;   // up to which it can use a raised grant: `wish`, or `need` where its settings are fixed
};
// Whether it counts among the large ones; a small one may overtake in its own room.
bool is_large(const GrantRequest& request, int64_t capacity);

// Bytes; 0 means wait.
int64_t grant_for(const PoolRules& rules, const PoolUse& use, const GrantRequest& request, bool first_in_line,
                  bool contended);

// What a query that may not wait gets: what the pool has, at least its minimum.
struct ImmediateGrant {
  int64_t from_pool = 0;
  int64_t from_reserve = 0;
};
ImmediateGrant grant_at_once(const PoolRules& rules, const PoolUse& use, const GrantRequest& request);

// What the first in line gets once it has waited too long: its minimum, beside the large ones; nothing where neither
// the pool nor `reserve_left` has that much, or where twice as many as may be large at once run already. All those that
// have waited too long, started together, would break the limit and be slower than one after the other.
ImmediateGrant late_grant(const PoolRules& rules, const PoolUse& use, int64_t least, int64_t reserve_left);

// Who of the line (first come first) is served next: the first one, or else the first small one that fits into the
// small ones' room. `index` is -1 where all must go on waiting.
struct NextGrant {
  int index = -1;
  int64_t bytes = 0;
};
NextGrant next_grant(const PoolRules& rules, const PoolUse& use, std::span<const GrantRequest> line);

void take(PoolUse& use, int64_t bytes, bool large);
void give_back(PoolUse& use, int64_t bytes, bool large);

}  // namespace aza
