#include "core/limit_watch.h"

#include <algorithm>

#include "core/cpu_limit.h"
#include "core/memory_choice.h"
#include "core/memory_limit.h"

namespace aza {

namespace {

template <class Limit>
std::vector<Limit> read_files(const SystemReader& reader, const std::vector<std::string>& paths,
                              Limit (*read)(const SystemReader&, const std::string&), LimitReading* reading) {
  std::vector<Limit> limits;
  limits.reserve(paths.size());
  for (const std::string& path : paths) {
    limits.push_back(read(reader, path));
    const LimitValue& value = limits.back().value;
    if (!value.known() && value.because() != SystemReader::kMissing) reading->unknown_files++;
  }
  return limits;
}

void read_memory(const SystemReader& reader, const Detection& before, LimitReading* reading) {
  const auto limits = read_files(reader, before.memory_limit_files, read_memory_limit, reading);
  if (const MemoryLimit* limit = tightest(limits)) {
    reading->limit_bytes = limit->value.amount();
    reading->limit_path = limit->path;
  }
  if (const Outcome<int64_t> machine = machine_memory(reader.read(kMeminfo))) reading->machine_bytes = *machine;
}

void read_cpus(const SystemReader& reader, const Detection& before, LimitReading* reading) {
  const auto limits = read_files(reader, before.cpu_limit_files, read_cpu_limit, reading);
  const CpuLimit* limit = tightest(limits);
  const Outcome<int> affinity = reader.affinity_cpus();
  if (limit != nullptr) reading->cpus = static_cast<int>(std::min<int64_t>(limit->value.amount(), INT32_MAX));
  if (affinity && *affinity > 0) reading->cpus = std::min(reading->cpus.value_or(*affinity), *affinity);
}

}  // namespace

LimitReading read_limits_again(const SystemReader& reader, const Detection& before) {
  LimitReading reading;
  read_memory(reader, before, &reading);
  read_cpus(reader, before, &reading);
  return reading;
}

bool limits_changed(const LimitReading& before, const LimitReading& now) {
  if (now.unknown_files > before.unknown_files) return false;
  if (before.machine_bytes && !now.machine_bytes) return false;
  return now != before;
}

}  // namespace aza
