// What only the machine or the container can change: huge pages, /dev/shm, overcommit.
#include <algorithm>

#include <fmt/format.h>

#include "core/advice.h"
#include "core/container_sign.h"
#include "core/huge_page_probe.h"
#include "core/kernel_text.h"
#include "core/plan_amounts.h"

namespace aza {

namespace {

std::optional<int64_t> only_number(const Outcome<std::string>& text) {
  return text ? whole_number(first_line(*text)) : std::nullopt;
}

}  // namespace

std::optional<int64_t> read_oom_kills(const SystemReader& reader) {
  const Outcome<std::string> text = reader.read("/proc/vmstat");
  if (!text) return std::nullopt;
  const Outcome<int64_t> number = named_number(*text, "oom_kill");
  return number ? std::optional<int64_t>(*number) : std::nullopt;
}

KernelFacts read_kernel_facts(const SystemReader& reader) {
  KernelFacts facts;
  const auto found = detect(reader, Overrides{}, "", nullptr);
  const Outcome<std::string> read = reader.read("/proc/meminfo");
  const std::string_view meminfo = read ? std::string_view(*read) : "";
  if (const auto* detection = std::get_if<Detection>(&found)) {
    facts.huge_pages = detection->huge_pages;
    facts.limited =
        is_group_limit(detection->memory_origin) || !container_sign(reader, view_cgroups(reader)).what.empty();
  }
  facts.memory_bytes = named_number_or_zero(meminfo, "MemTotal");
  facts.swap_bytes = named_number_or_zero(meminfo, "SwapTotal");
  facts.committed_bytes = named_number_or_zero(meminfo, "Committed_AS");
  facts.overcommit = only_number(reader.read("/proc/sys/vm/overcommit_memory"));
  facts.oom_kills = read_oom_kills(reader);
  return facts;
}

namespace {

constexpr const char* kHugePages = "huge pages";

// What page tables take when as many backends as were there touch all shared memory.
int64_t page_tables(const AdviceFacts& facts) {
  return capped_product(facts.now.shared_memory / kMappedPerTableByte, facts.connections.most_at_once);
}

std::string page_evidence(const AdviceFacts& facts, const HugePageNeed& need) {
  return fmt::format(
      "{} connections at once: up to {} of page tables for {} of shared memory, which needs {} huge pages "
      "of {}; {} are free",
      facts.connections.most_at_once, pretty_size(page_tables(facts)), pretty_size(facts.now.shared_memory),
      need.needed, exact_size(facts.kernel.huge_pages.page_bytes), need.usable);
}

void advise_reserving(const AdviceFacts& facts, const HugePageNeed& need, std::vector<Advice>& rows) {
  const HugePages& pages = facts.kernel.huge_pages;
  const bool forbidden = pages.limit_bytes && *pages.limit_bytes / pages.page_bytes < need.needed;
  if (forbidden || need.needed > facts.kernel.memory_bytes / 2 / pages.page_bytes) return;
  const int64_t proposed = pages.total_pages + need.needed - pages.free_pages;
  rows.push_back(
      {kHugePages, "vm.nr_hugepages", fmt::format("{}", pages.total_pages), fmt::format("{}", proposed),
       page_evidence(facts, need), "page tables all but vanish, and address look-ups are faster",
       fmt::format("{} that nothing else can use", pretty_size(capped_product(need.needed, pages.page_bytes))),
       fmt::format("on the machine: sysctl -w vm.nr_hugepages={}, also in /etc/sysctl.d; then restart the "
                   "server",
                   proposed)});
}

}  // namespace

void advise_huge_pages(AdviceFacts& facts, std::vector<Advice>& rows) {
  const HugePageNeed need = huge_page_need(facts.kernel.huge_pages, facts.now.shared_memory);
  if (need.needed == 0 || facts.now.huge_pages_used) return;
  if (page_tables(facts) < facts.machine.memory_mib * kMiB / kTableShare) return;
  if (need.usable < need.needed) return advise_reserving(facts, need, rows);
  if (!facts.now.huge_pages_off) return;
  rows.push_back({kHugePages, setting_name(Setting::huge_pages), "", "try", page_evidence(facts, need),
                  "page tables all but vanish, and address look-ups are faster", "none: the pages are reserved already",
                  ""});
}

namespace {

// Every parallel worker and leader with a hash of its own.
int64_t shared_hashes(const AdviceFacts& facts) {
  const ParallelFacts& parallel = facts.parallel;
  const int64_t each = capped_product(facts.now.work_mem / 100, parallel.hash_multiplier_hundredths);
  const int64_t leaders = (parallel.workers + parallel.workers_per_gather - 1) / parallel.workers_per_gather;
  const int64_t all = capped_product(each, parallel.workers + leaders);
  return facts.governor.on ? std::max(all, facts.governor.most_per_query) : all;
}

}  // namespace

void advise_dev_shm(AdviceFacts& facts, std::vector<Advice>& rows) {
  const ParallelFacts& parallel = facts.parallel;
  if (!parallel.dev_shm_bytes || parallel.launched < kParallelWorkersSeen || parallel.workers_per_gather < 1) return;
  const int64_t needed = shared_hashes(facts);
  if (*parallel.dev_shm_bytes >= needed) return;
  const std::string proposed = exact_size(round_size(needed));
  const int64_t mib = round_size(needed) / kMiB;
  rows.push_back(
      {"/dev/shm", "shm_size", exact_size(*parallel.dev_shm_bytes), proposed,
       fmt::format("/dev/shm has {}; {} parallel workers were launched, and {} of them at once may hash {}",
                   pretty_size(*parallel.dev_shm_bytes), parallel.launched, parallel.workers, pretty_size(needed)),
       "parallel queries do not fail with \"could not resize shared memory segment\"",
       "none before it is used; what is in it counts as memory of the container",
       fmt::format("docker run --shm-size={}m, shm_size of the compose file, or: mount -o remount,size={}m "
                   "/dev/shm",
                   mib, mib)});
}

namespace {

// So that what was promised already stays allowed.
int64_t overcommit_percent(const KernelFacts& kernel) {
  const int64_t beyond_swap = std::max<int64_t>(kernel.committed_bytes - kernel.swap_bytes, 0);
  return std::max(kOvercommitPercent, beyond_swap / std::max<int64_t>(kernel.memory_bytes / 100, 1) + 1);
}

}  // namespace

void advise_overcommit(AdviceFacts& facts, std::vector<Advice>& rows) {
  constexpr int64_t kNever = 2;
  const KernelFacts& kernel = facts.kernel;
  if (kernel.limited || !kernel.overcommit || *kernel.overcommit == kNever || kernel.memory_bytes == 0) return;
  const int64_t kills = kernel.oom_kills.value_or(0) - facts.oom_kills_at_start;
  if (kills <= 0) return;
  rows.push_back(
      {"memory overcommit", "vm.overcommit_memory", fmt::format("{}", *kernel.overcommit), "2",
       fmt::format("the kernel killed {} {} for want of memory since the server's start; {} are promised of {} "
                   "memory and {} swap",
                   kills, kills == 1 ? "process" : "processes", pretty_size(kernel.committed_bytes),
                   pretty_size(kernel.memory_bytes), pretty_size(kernel.swap_bytes)),
       "a query that asks for too much gets an error, and no process is killed",
       "programs that reserve much more than they use fail to start",
       fmt::format("on the machine: sysctl -w vm.overcommit_memory=2 vm.overcommit_ratio={}, also in "
                   "/etc/sysctl.d",
                   overcommit_percent(kernel))});
}

}  // namespace aza
