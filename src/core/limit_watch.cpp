#include "core/limit_watch.h"

#include <algorithm>

#include "core/cpu_limit.h"
#include "core/memory_limit.h"

namespace aza {

namespace {

void read_memory(const SystemReader& reader, const Detection& before, LimitReading* reading) {
  std::vector<MemoryLimit> limits;
  limits.reserve(before.memory_limit_files.size());
  for (const std::string& path : before.memory_limit_files) limits.push_back(read_memory_limit(reader, path));
  const MemoryLimit* limit = tightest(limits);
  if (limit == nullptr) return;
  const int64_t machine = before.machine_bytes.value_or(INT64_MAX);
  reading->memory_bytes = std::min(limit->value.amount(), machine);
  if (limit->value.amount() <= machine) reading->memory_path = limit->path;
}

void read_cpus(const SystemReader& reader, const Detection& before, LimitReading* reading) {
  std::vector<CpuLimit> limits;
  limits.reserve(before.cpu_limit_files.size());
  for (const std::string& path : before.cpu_limit_files) limits.push_back(read_cpu_limit(reader, path));
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

}  // namespace aza
