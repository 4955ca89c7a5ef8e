// What a query that the pressure guard cancels says: SQLSTATE 53200 and how much it held, instead of the words of a
// cancel by the user.
//
// The guard sends the same signal as pg_cancel_backend(), and the server raises its own error for it. Error context
// callbacks run while that error is being raised and may still change it; so one is in place wherever a query runs.
#pragma once

#include "pg/backend_api.h"

namespace aza {

void explain_cancel(void* frame);

// On the C stack of a hook, for as long as the query runs below it. An error needs no destructor: whoever catches it
// restores the stack of callbacks.
class CancelReason {
public:
  // Around a query, a planner that works for one, or a utility statement that may run some.
  enum class Around { query, planner, utility };

  explicit CancelReason(Around what = Around::query)
      : callback_{error_context_stack, explain_cancel, what == Around::query ? this : nullptr} {
    error_context_stack = &callback_;
  }
  ~CancelReason() { error_context_stack = callback_.previous; }
  CancelReason(const CancelReason&) = delete;
  CancelReason& operator=(const CancelReason&) = delete;

private:
  ErrorContextCallback callback_;
};

// Whether one of the above that is around a query is on the stack: correct also after an error was caught.
bool inside_a_query();

}  // namespace aza
