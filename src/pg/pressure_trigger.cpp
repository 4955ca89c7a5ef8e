#include "pg/pressure_trigger.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include "pg/backend_api.h"
#include "pg/pressure_reading.h"

namespace aza {

namespace {

// Microseconds of stalls in a window. Without CAP_SYS_RESOURCE the kernel (from 6.5 on) takes windows of whole two
// seconds only.
constexpr const char* kTriggers[] = {"some 150000 1000000", "some 300000 2000000"};

WaitEventSet* waits;
uint32 wait_event;
Text<512> file;  // that the trigger is for; empty: there is none
int trigger = -1;
int told = -1;  // an epoll set with the trigger alone

void close_trigger() {
  const int problem = errno;
  if (told >= 0) close(told);
  if (trigger >= 0) close(trigger);
  told = trigger = -1;
  errno = problem;
}

bool set_trigger() {
  for (const char* text : kTriggers) {
    trigger = open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (trigger < 0) return false;
    if (write(trigger, text, strlen(text) + 1) > 0) return true;
    close_trigger();
  }
  return false;
}

// The server's wait sets know input and output, and the kernel tells of a stall as an exception (EPOLLPRI): so the
// trigger is in an epoll set of its own, which becomes readable then.
bool watch_trigger() {
  struct epoll_event event = {};
  event.events = EPOLLPRI;
  told = epoll_create1(EPOLL_CLOEXEC);
  return told >= 0 && epoll_ctl(told, EPOLL_CTL_ADD, trigger, &event) == 0;
}

void start_trigger() {
  pressure_file(file);
  if (!file.empty() && set_trigger() && watch_trigger()) return;
  ereport(LOG, (errmsg("aza_autoconf watches the memory in use without the kernel's pressure triggers"),
                file.empty() ? errdetail("There is no cgroup v2 with a memory.pressure whose limit counts.")
                             : errdetail("Could not set one in \"%s\": %m.", file.c_str())));
  close_trigger();
}

// Of a group that has gone the kernel would tell without end.
void drop_trigger_of_gone_group() {
  struct epoll_event event = {};
  if (epoll_wait(told, &event, 1, 0) > 0 && (event.events & EPOLLERR) != 0)
    epoll_ctl(told, EPOLL_CTL_DEL, trigger, nullptr);
}

}  // namespace

void start_waiting() {
  start_trigger();
  if (wait_event == 0) wait_event = WaitEventExtensionNew("AzaWatch");
  waits = CreateWaitEventSet(nullptr, 3);
  AddWaitEventToSet(waits, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
  AddWaitEventToSet(waits, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
  if (told >= 0) AddWaitEventToSet(waits, WL_SOCKET_READABLE, told, nullptr, nullptr);
}

void follow_group() {
  static Text<512> now;
  pressure_file(now);
  if (strcmp(now.c_str(), file.c_str()) == 0) return;
  FreeWaitEventSet(waits);
  close_trigger();
  start_waiting();
}

bool wait_for_stall(long ms) {
  WaitEvent event = {};
  const int count = WaitEventSetWait(waits, ms, &event, 1, wait_event);
  ResetLatch(MyLatch);
  if (count == 0 || (event.events & WL_SOCKET_READABLE) == 0) return false;
  // The kernel tells of a stall once to whoever asks, which the wait set has just done: the set of our own is empty
  // now.
  drop_trigger_of_gone_group();
  return true;
}

}  // namespace aza
