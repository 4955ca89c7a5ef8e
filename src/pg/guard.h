// The one guarded way from the server into core: the only try and catch of the server side.
//
// Core may throw only when memory runs out; such an exception must not leave into the server's C frames, which would
// abort the process. And no PostgreSQL function may be called inside, since its longjmp would skip destructors. So core
// code runs here, fills plain data, and every PostgreSQL call happens after it has returned.
#pragma once

#include <exception>
#include <type_traits>

#include "pg/plain.h"

namespace aza {

struct CoreRun {
  bool ok;
  Text<160> because;  // set where !ok
};

// Calls fill(out). `out` is zeroed first.
template <class Plain, class Fill>
CoreRun run_core(Plain& out, Fill&& fill) noexcept {
  static_assert(std::is_trivially_copyable_v<Plain>, "only plain data may leave core");
  CoreRun run{};
  memset(static_cast<void*>(&out), 0, sizeof(Plain));
  try {
    fill(out);
    run.ok = true;
  } catch (const std::exception& problem) {
    run.because.set(problem.what());
  } catch (...) {
    run.because.set("an unknown exception");
  }
  return run;
}

}  // namespace aza
