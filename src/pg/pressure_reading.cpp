#include "pg/pressure_reading.h"

#include <fmt/format.h>

#include "core/limit_watch.h"
#include "pg/guard.h"

namespace aza {

namespace {

struct Watch {
  std::string root;
  std::unique_ptr<SystemReader> reader;
  std::unique_ptr<SystemReader> machine;  // processes are the real ones, whatever aza.root says
  Detection detection;
};
Watch* watch;  // lives as long as the worker

std::optional<std::string> text_or_none(const char* text) {
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

// Also where a human's number stands: it does not change what the files are.
Overrides overrides_in(const Said& said) {
  return {text_or_none(said.memory_variable), text_or_none(said.memory_setting), text_or_none(said.cpus_variable),
          text_or_none(said.cpus_setting)};
}

bool is_human(MemoryOrigin origin) {
  return origin == MemoryOrigin::variable || origin == MemoryOrigin::setting;
}
bool is_human(CpuOrigin origin) {
  return origin == CpuOrigin::variable || origin == CpuOrigin::setting;
}

}  // namespace

bool start_reading(const Said& said) {
  bool found = false;
  const CoreRun run = run_core(found, [&](bool& out) {
    auto made = std::make_unique<Watch>();
    made->root = said.root;
    made->reader = system_reader(said.root);
    made->machine = system_reader("/");
    auto result = detect(*made->reader, overrides_in(said), "", nullptr);
    if (auto* detection = std::get_if<Detection>(&result)) {
      made->detection = std::move(*detection);
      watch = made.release();
      out = true;
    }
  });
  return run.ok && found;
}

void read_group(GroupAnswer& answer) {
  run_core(answer, [](GroupAnswer& out) {
    if (!is_group_limit(watch->detection.memory_origin) || watch->detection.group.usage.empty()) return;
    const Outcome<GroupUse> use = read_group_use(*watch->reader, watch->detection.group);
    out.known = static_cast<bool>(use);
    if (use) out.use = *use;
  });
}

void read_events(EventsAnswer& answer) {
  run_core(answer, [](EventsAnswer& out) {
    if (!is_group_limit(watch->detection.memory_origin)) return;
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
    if (!is_group_limit(watch->detection.memory_origin) || !file.ends_with("/memory.pressure")) return;
    out.set(watch->root == "/" ? file : watch->root + file);
  });
}

void read_limits(LimitAnswer& answer) {
  run_core(answer, [](LimitAnswer& out) {
    const Detection& before = watch->detection;
    const LimitReading now = read_limits_again(*watch->reader, before);
    out.memory_known = !is_human(before.memory_origin) && (now.memory_bytes || before.machine_bytes);
    if (out.memory_known) out.memory_bytes = now.memory_bytes ? *now.memory_bytes : *before.machine_bytes;
    out.memory_path.set(now.memory_path);
    out.cpus_known = !is_human(before.cpu_origin) && now.cpus.has_value();
    if (out.cpus_known) out.cpus = *now.cpus;
  });
}

void read_anonymous(const int* pids, int count, int64_t* bytes) {
  bool done = false;
  memset(bytes, 0, static_cast<size_t>(count) * sizeof *bytes);
  run_core(done, [&](bool& out) {
    const int64_t page = sysconf(_SC_PAGESIZE);
    for (int i = 0; i < count; i++) {
      const Outcome<std::string> statm = watch->machine->read(fmt::format("/proc/{}/statm", pids[i]));
      if (!statm) continue;
      if (const Outcome<int64_t> anonymous = parse_anonymous(*statm, page)) bytes[i] = *anonymous;
    }
    out = true;
  });
}

}  // namespace aza
