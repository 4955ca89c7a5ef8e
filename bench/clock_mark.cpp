// A preload library that writes down when it was loaded. Under the name clock_mark_before it also loads aza_autoconf's
// file, without starting it, so that reading the file and running its _PG_init can be told apart; under the name
// clock_mark_after it ends the server.
#include "pg/postgres_api.h"

#include <dlfcn.h>
#include <time.h>

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
}

static long long nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Asks by the address of a function that no other library can take the place of.
static bool loaded_as(const char* name) {
  Dl_info found;
  return dladdr(reinterpret_cast<void*>(&nanoseconds), &found) != 0 && strstr(found.dli_fname, name) != nullptr;
}

void _PG_init(void) {
  const long long loaded = nanoseconds();
  if (loaded_as("clock_mark_after")) {
    fprintf(stderr, "mark after %lld\n", loaded);
    _exit(0);
  }
  void* library = dlopen(getenv("AZA_STAGED_LIBRARY"), RTLD_NOW | RTLD_GLOBAL);
  fprintf(stderr, "mark file %lld %s\n", loaded, library == nullptr ? dlerror() : "read");
  fprintf(stderr, "mark before %lld\n", nanoseconds());
}
