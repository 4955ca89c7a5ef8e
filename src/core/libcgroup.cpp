#include "core/libcgroup.h"

// A program that is linked statically cannot load libraries (glibc would want the very version it was built with, and
// the linker warns of it), and a machine without the library's header cannot know its types: both say so and go on
// without.
#if !defined(AZA_STATIC_PROGRAM) && __has_include(<libcgroup.h>)
#define AZA_ASKS_LIBCGROUP
#include <dlfcn.h>
#include <libcgroup.h>

#include <cstdarg>
#include <cstdlib>
#include <memory>
#endif

namespace aza {

#ifdef AZA_ASKS_LIBCGROUP

namespace {

struct Library {
  decltype(&cgroup_set_logger) set_logger = nullptr;
  decltype(&cgroup_init) init = nullptr;
  decltype(&cgroup_get_subsys_mount_point) mount_point = nullptr;
  decltype(&cgroup_setup_mode) setup_mode = nullptr;  // missing before version 3
};

// Never closed: the library keeps tables that it has no way to free, and unloading it would only lose them.
void* open_library() {
  for (const char* name : {"libcgroup.so.3", "libcgroup.so.2", "libcgroup.so.1"}) {
    if (void* handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return handle;
  }
  return nullptr;
}

template <class Function>
void find_symbol(void* handle, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(handle, name));
}

// Else it would write to the server's stderr.
void stay_silent(void*, int, const char*, va_list) {}

Outcome<Library> load_library() {
  void* handle = open_library();
  if (handle == nullptr) return Outcome<Library>::unknown("libcgroup is not installed");
  Library library;
  find_symbol(handle, "cgroup_set_logger", &library.set_logger);
  find_symbol(handle, "cgroup_init", &library.init);
  find_symbol(handle, "cgroup_get_subsys_mount_point", &library.mount_point);
  find_symbol(handle, "cgroup_setup_mode", &library.setup_mode);
  if (library.set_logger == nullptr || library.init == nullptr || library.mount_point == nullptr) {
    return Outcome<Library>::unknown("this libcgroup lacks a function that is needed");
  }
  library.set_logger(stay_silent, 0, nullptr);
  const int result = library.init();
  if (result == 0) return library;
  return Outcome<Library>::unknown("libcgroup could not start: error " + std::to_string(result));
}

std::string mode_name(cg_setup_mode_t mode) {
  switch (mode) {
    case CGROUP_MODE_LEGACY:
      return "legacy";
    case CGROUP_MODE_HYBRID:
      return "hybrid";
    case CGROUP_MODE_UNIFIED:
      return "unified";
    default:
      return "";
  }
}

std::string mount_of(const Library& library, const char* controller) {
  char* point = nullptr;
  const int result = library.mount_point(controller, &point);
  const std::unique_ptr<char, void (*)(void*)> owner(point, std::free);
  return result == 0 && point != nullptr ? point : "";
}

}  // namespace

CgroupLibrary ask_libcgroup() {
  const Outcome<Library> library = load_library();
  if (!library) return {"", "", "", library.because()};
  const std::string mode = library->setup_mode == nullptr ? "" : mode_name(library->setup_mode());
  return {mode, mount_of(*library, "memory"), mount_of(*library, "cpu"), ""};
}

#else

CgroupLibrary ask_libcgroup() {
  return {"", "", "", "this program was built without libcgroup"};
}

#endif

std::variant<Detection, InputError> detect_with_libcgroup(const SystemReader& reader, std::string_view root,
                                                          const Overrides& overrides, const std::string& wal_folder) {
  auto result = detect(reader, overrides, wal_folder, nullptr);
  const auto* found = std::get_if<Detection>(&result);
  if (found == nullptr || root != "/" || (found->cgroup_mode != "unknown" && found->cgroup_mode != "none"))
    return result;
  const CgroupLibrary library = ask_libcgroup();
  return detect(reader, overrides, wal_folder, &library);
}

}  // namespace aza
