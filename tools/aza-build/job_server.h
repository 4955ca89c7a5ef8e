// GNU make's jobserver: one limit for our entries and for every make, ninja or cargo below them. We join the one of the
// make that called us, or serve one ourselves.
#pragma once

#include <memory>
#include <string>

#include "core/outcome.h"

namespace aza::build {

class JobTokens {
public:
  virtual ~JobTokens() = default;
  virtual void acquire() = 0;  // waits
  virtual void release() = 0;
  virtual std::string makeflags() const = 0;  // MAKEFLAGS for children
};

// `makeflags` is the caller's MAKEFLAGS; `fifo` is where our own is made when there is none to join.
Outcome<std::shared_ptr<JobTokens>> job_tokens(const std::string& makeflags, int jobs, const std::string& fifo);

// Holds a token while a command that uses a processor runs.
class JobToken {
public:
  explicit JobToken(JobTokens& tokens) : tokens_(tokens) { tokens_.acquire(); }
  ~JobToken() { tokens_.release(); }
  JobToken(const JobToken&) = delete;
  JobToken& operator=(const JobToken&) = delete;

private:
  JobTokens& tokens_;
};

}  // namespace aza::build
