// From the staging folders into the image: no two entries install one path, nothing half-merged, then gate 2.
#pragma once

#include <string>
#include <vector>

#include "findings.h"
#include "installed_record.h"
#include "workshop.h"

namespace aza::build {

struct StagedEntry {
  const RecordedEntry* record = nullptr;
  std::string stage;
};

struct ImageLayout {
  std::string folder;  // DIR
  bool is_prefix = false;
  bool is_partial = false;  // --only: what earlier runs recorded of other entries stays
  std::string record;       // kDestdirRecord or kPrefixRecord
  // Where a staged path goes below DIR: for a prefix, the server's library and share folders become lib/ and share/.
  std::string target(const Toolchain& toolchain, const std::string& staged) const;
};

// Two entries of the same path, as findings.
Findings path_conflicts(const std::vector<StagedEntry>& entries);

struct MergeOutcome {
  Trouble trouble;
  bool changed = false;
  Findings findings;               // failed smoke tests that gate 2 comes upon
  std::vector<std::string> lines;  // what gate 2 did
};

// Copies every entry's files, the disabled ones too, removes what an earlier run left and nobody owns now, then takes
// the disabled entries out again (gate 2) and writes the record. `channel` goes into the record.
MergeOutcome merge_image(Workshop& shop, const ImageLayout& layout, const std::vector<StagedEntry>& entries,
                         const std::string& channel);

}  // namespace aza::build
