#include "pg/event_log.h"

namespace aza {

void write_event(const char* kind, const char* cause, const char* before, const char* after) {
  GovernorLock lock;
  Event& event = governor->event[governor->events++ % kMostEvents];
  event.at = GetCurrentTimestamp();
  event.kind.set(kind);
  event.cause.set(cause);
  event.before.set(before);
  event.after.set(after);
}

}  // namespace aza
