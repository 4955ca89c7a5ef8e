// What a query needs in memory, from plain numbers of its plan: pure arithmetic over what each memory-consuming node is
// expected to take and what work_mem lets it take.
#pragma once

#include <cstdint>

namespace aza {

// One sort, hash, tuplestore or bitmap of a plan.
struct NodeNeed {
  int64_t expected;     // bytes that the planner expects in one process, were work_mem without bounds
  int processes;        // that run the node at once, at least 1
  bool hashed;          // may take work_mem x hash_mem_multiplier
  int real_hundredths;  // it takes this many hundredths of what the server counts towards work_mem, at least 100

  // Sets nothing: every query has an array of these, which most do not use.
  NodeNeed() = default;
  NodeNeed(int64_t expected_in_one, int in_processes, bool is_hashed, int hundredths = 100)
      : expected(expected_in_one), processes(in_processes), hashed(is_hashed), real_hundredths(hundredths) {}
};

// Of a whole plan. Plain data on the stack of the executor's hook; nodes beyond the last one add to it, which can only
// raise the need.
struct PlanNeed {
  static constexpr int kMostNodes = 48;
  int count = 0;
  int64_t unbounded = 0;  // bytes that grow with the rows whatever work_mem says: array_agg(), EXCEPT and their like
  int processes = 1;      // the most that run one of its nodes
  NodeNeed nodes[kMostNodes];

  void add(NodeNeed node);
  void add_unbounded(int64_t bytes, int in_processes);
};

// Bytes, and hash_mem_multiplier in hundredths.
struct WorkMem {
  int64_t bytes = 0;
  int64_t hash_hundredths = 200;
};

inline constexpr int64_t kLeastWorkMemBytes = int64_t{64} * 1024;  // the server's own lower bound of work_mem
inline constexpr int64_t kMostNeed = int64_t{1} << 50;             // sums stay far below overflow

// Rows times bytes for each, as the planner has them: never negative, at most kMostNeed, also for NaN and infinity.
int64_t expected_bytes(double rows, int64_t bytes_per_row);

// What all nodes that heed work_mem take at once with it: monotone in it.
int64_t need_at(const PlanNeed& need, const WorkMem& work_mem);

// What every query takes beside its nodes: memory of the executor and of the catalogue's caches, and all that a
// parallel worker begins with. Measured with PostgreSQL 18: 2 MB more than an idle connection holds, 4 MB for a worker.
int64_t process_overhead(const PlanNeed& need);
int64_t worker_overhead(int workers);

// Page cache for the temporary files of what does not fit into work_mem. It can be written out, but then everybody
// waits for the disk: a quarter of what is expected to spill, at most 16 MB, is kept for it.
int64_t spill_cache(const PlanNeed& need, const WorkMem& work_mem);

// The least work_mem (whole kB) with which no node is expected to spill.
int64_t work_mem_without_spill(const PlanNeed& need, int64_t hash_hundredths);

// The most work_mem (whole kB, from `least` to `most`) with which the query stays within `bytes`; `least` where even
// that takes more.
int64_t work_mem_within(const PlanNeed& need, int64_t bytes, int64_t hash_hundredths, int64_t least, int64_t most);

}  // namespace aza
