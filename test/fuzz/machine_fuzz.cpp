// A whole machine of any bytes: the input holds files, "=path" on a line of its own before each content. Whatever they
// say, detection ends with a machine to plan for, and never with more than the machine or the limit that it names.
#include <algorithm>
#include <string>

#include "../unit/memory_reader.h"
#include "core/bytes.h"
#include "core/detection.h"
#include "core/limit_watch.h"
#include "fuzz_check.h"

using namespace aza;

static test::MemoryReader machine_of(std::string_view text) {
  test::MemoryReader reader;
  while (!text.empty()) {
    const size_t start = text.starts_with('=') ? 0 : text.find("\n=");
    if (start == std::string_view::npos) break;
    text.remove_prefix(start == 0 ? 1 : start + 2);
    const size_t path_end = std::min(text.find('\n'), text.size());
    const size_t content_end = std::min(text.find("\n=", path_end), text.size());
    const size_t content = std::min(path_end + 1, text.size());
    reader.files[std::string(text.substr(0, path_end))] =
        content_end > content ? text.substr(content, content_end - content) : std::string_view();
    text.remove_prefix(content_end);
  }
  return reader;
}

static void check_detection(const Detection& found) {
  fuzz::check(found.memory_mib >= 1 && found.cpus >= 1 && found.numa_nodes >= 1);
  fuzz::check(!found.memory_source.empty() && !found.cpus_source.empty() && !found.cgroup_mode.empty());
  fuzz::check(!found.machine_bytes || *found.machine_bytes > 0);
  if (found.machine_bytes) fuzz::check(found.memory_mib <= std::max(kMiB, *found.machine_bytes) / kMiB);
  const bool limited = found.memory_origin == MemoryOrigin::cgroup_v1 || found.memory_origin == MemoryOrigin::cgroup_v2;
  fuzz::check(limited == !found.memory_limit_path.empty());
  for (const Fact& fact : found.facts) fuzz::check(!fact.name.empty() && !fact.value.empty());
}

// What is read again at once is what was found.
static void check_watch(const SystemReader& reader, const Detection& found) {
  const LimitReading again = read_limits_again(reader, found);
  fuzz::check(!limits_changed(again, again));
  fuzz::check(again.machine_bytes == found.machine_bytes);
  if (found.memory_limit_path.empty()) return;
  fuzz::check(again.limit_bytes && std::max(kMiB, *again.limit_bytes) / kMiB == found.memory_mib);
  fuzz::check(again.limit_bytes == found.group_limit_bytes && again.limit_path == found.memory_limit_path);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const test::MemoryReader reader = machine_of(fuzz::as_text(data, size));
  const auto result = detect(reader, {}, "/pg_wal", nullptr);
  const auto* found = std::get_if<Detection>(&result);
  fuzz::check(found != nullptr);  // nothing that the kernel shows is an error
  check_detection(*found);
  check_watch(reader, *found);
  return 0;
}
