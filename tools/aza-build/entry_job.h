// One entry from nothing to a tested staging folder, or the news that it is there already.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "build_plan.h"
#include "installed_record.h"
#include "workshop.h"

namespace aza::build {

class EntryJobs {
public:
  EntryJobs(Workshop& shop, const DependencyGraph& graph, const std::vector<PlannedEntry>& plan, std::string channel);

  // Whether an earlier run has left the result; takes it over where that is so.
  bool is_done(size_t place);
  // Called by several threads, for each entry after what it needs. False: it failed, and has said why.
  bool run(size_t place);

  const RecordedEntry& recorded(size_t place) const { return recorded_[place]; }
  std::string stage(size_t place) const;  // staging folder with root/ and runtime-PACKAGE/
  size_t found_done() const { return found_done_; }

private:
  Trouble make(size_t place);
  Trouble from_package(size_t place, RecordedEntry& record);
  Trouble from_source(size_t place, RecordedEntry& record);
  Trouble record_stage(size_t place, RecordedEntry& record);
  Trouble record_tree(const std::string& root, std::vector<RecordedFile>& recorded);  // what ships of a staged tree
  Trouble test(size_t place, RecordedEntry& record);
  RecordedEntry new_record(size_t place) const;
  void say_done(size_t place);

  Workshop& shop_;
  const DependencyGraph& graph_;
  const std::vector<PlannedEntry>& plan_;
  std::string channel_;
  std::vector<RecordedEntry> recorded_;
  std::vector<size_t> rank_;  // place in dependency order
  std::mutex mutex_;
  size_t found_done_ = 0;
};

}  // namespace aza::build
