// What is wrong with a manifest or a build: values that are collected, all of them, and printed by main alone.
#pragma once

#include <string>
#include <vector>

namespace aza::build {

struct Finding {
  std::string pointer;  // JSON pointer into the manifest; empty where the finding is not about the manifest's text
  std::string message;  // what is wrong, one line
  std::string way_out;  // what to do about it, one line or empty
  std::string block;    // a fixed text to print after the line, or empty (the core preload rule has one)
};

using Findings = std::vector<Finding>;

inline void append(Findings& all, Findings more) {
  for (Finding& finding : more) all.push_back(std::move(finding));
}

}  // namespace aza::build
