#include "pg/pressure_reading.h"

#include <fmt/format.h>

#include "core/libcgroup.h"
#include "core/limit_watch.h"
#include "pg/guard.h"
#include "pg/plain_copies.h"

namespace aza {

namespace {

constexpr size_t kGroupFiles = 2;
constexpr size_t kProcessFiles = 128;  // about 5 kB each; those that work for queries and do not wait are seldom more

struct Watch {
  std::string root;
  std::unique_ptr<SystemReader> reader;
  std::unique_ptr<SystemReader> group;      // its accounts, which are read at every look
  std::unique_ptr<SystemReader> processes;  // the real ones, whatever aza.root says
  Overrides overrides;
  Detection detection;
  LimitReading reading;  // at the time of the detection
  bool told;             // the detection's limits were handed out
};
Watch* watch;  // lives as long as the worker

// As at the server's start, so that both conclude the same; false where a human's text is wrong, which that start has
// refused.
bool detect_again(Watch& of) {
  auto result = detect_with_libcgroup(*of.reader, of.root, of.overrides, "");
  auto* detection = std::get_if<Detection>(&result);
  if (detection == nullptr) return false;
  of.detection = std::move(*detection);
  of.group = keeping_reader(of.root, kGroupFiles);
  of.reading = read_limits_again(*of.reader, of.detection);
  of.told = false;
  return true;
}

ProcessMemory memory_in(const std::string& statm, const SystemReader& reader) {
  const Outcome<std::string> text = reader.read(statm);
  if (!text) return {};
  const Outcome<ProcessMemory> memory = parse_statm(*text, sysconf(_SC_PAGESIZE));
  return memory ? *memory : ProcessMemory{};
}

bool in_limited_group() {
  return watch->detection.group_limit_bytes.has_value();
}

}  // namespace

bool start_reading(const Said& said) {
  bool found = false;
  const CoreRun run = run_core(found, [&](bool& out) {
    auto made = std::make_unique<Watch>();
    made->root = said.root;
    made->reader = system_reader(said.root);
    made->processes = keeping_reader("/", kProcessFiles);
    made->overrides = overrides_in(said);
    out = detect_again(*made);
    if (out) watch = made.release();
  });
  return run.ok && found;
}

void read_group(GroupAnswer& answer) {
  run_core(answer, [](GroupAnswer& out) {
    if (!in_limited_group() || watch->detection.group.usage.empty()) return;
    const Outcome<GroupUse> use = read_group_use(*watch->group, watch->detection.group);
    out.known = static_cast<bool>(use);
    if (use) out.use = *use;
  });
}

void read_events(EventsAnswer& answer) {
  run_core(answer, [](EventsAnswer& out) {
    if (!in_limited_group()) return;
    const Outcome<MemoryEvents> events = read_memory_events(*watch->reader, watch->detection.group);
    out.known = static_cast<bool>(events);
    if (events) out.events = *events;
    out.path.set(watch->detection.group.events);
  });
}

void pressure_file(Text<512>& path) {
  run_core(path, [](Text<512>& out) {
    const std::string& file = watch->detection.group.pressure;
    // /proc/pressure/memory is the whole machine's.
    if (!in_limited_group() || !file.ends_with("/memory.pressure")) return;
    out.set(watch->root == "/" ? file : watch->root + file);
  });
}

void read_limits(LimitAnswer& answer) {
  run_core(answer, [](LimitAnswer& out) {
    const LimitReading now = read_limits_again(*watch->reader, watch->detection);
    if (limits_changed(watch->reading, now)) detect_again(*watch);
    if (watch->told) return;
    copy_limits(watch->detection, out.limits);
    out.news = watch->told = true;
  });
}

void read_own_memory(ProcessMemory& memory) {
  run_core(memory, [](ProcessMemory& out) { out = memory_in("/proc/self/statm", *system_reader("/")); });
}

void read_processes(const int* pids, int count, ProcessMemory* memory) {
  bool done = false;
  memset(static_cast<void*>(memory), 0, static_cast<size_t>(count) * sizeof *memory);
  run_core(done, [&](bool& out) {
    for (int i = 0; i < count; i++) memory[i] = memory_in(fmt::format("/proc/{}/statm", pids[i]), *watch->processes);
    out = true;
  });
}

}  // namespace aza
