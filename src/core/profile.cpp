#include "core/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

namespace aza {

namespace {

constexpr ConnectionTier kMixedConnections[] = {{0, 80}, {513, 120}, {4096, 200}};
// pgtune's 300, from where 300 idle backends are a small part of the memory.
constexpr ConnectionTier kOltpConnections[] = {{0, 80}, {1024, 160}, {4096, 300}};
constexpr ConnectionTier kDwConnections[] = {{0, 20}, {513, 30}, {4096, 40}};
constexpr ConnectionTier kDesktopConnections[] = {{0, 20}};

constexpr BufferTier kServerBuffers[] = {{0, {25, 100}}, {8193, {20, 100}}, {32769, {15, 100}}};
constexpr BufferTier kDesktopBuffers[] = {{0, {1, 16}}};

// The order of Workload. A data warehouse has few connections and large sorts: its work_mem may pass the others' 32MB,
// and is an eighth of the memory for all connections together, as in pgtune.
constexpr WorkloadProfile kWorkloads[] = {
    {"mixed", kMixedConnections, kServerBuffers, {75, 100}, 32, 4, 32, 1024, 4096, 100, false, true},
    {"web", kMixedConnections, kServerBuffers, {75, 100}, 32, 4, 32, 1024, 4096, 100, false, false},
    {"oltp", kOltpConnections, kServerBuffers, {75, 100}, 32, 4, 32, 2048, 8192, 100, false, false},
    {"dw", kDwConnections, kServerBuffers, {75, 100}, 16, 8, 256, 4096, 16384, 500, true, true},
    {"desktop", kDesktopConnections, kDesktopBuffers, {25, 100}, 32, 20, 32, 100, 2048, 100, false, true},
};

constexpr StorageProfile kStorages[] = {
    {"ssd", 110, 200, 20},
    {"nvme", 110, 1000, 100},
    {"hdd", 400, 2, 10},
    {"san", 110, 300, 20},
};

bool same_word(std::string_view text, std::string_view word) {
  auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), same);
}

template <class Choice, class Profile, size_t n>
std::variant<Choice, InputError> parse_choice(std::string_view name, std::string_view text,
                                              const Profile (&profiles)[n]) {
  std::string names;
  for (size_t i = 0; i < n; i++) {
    if (same_word(text, profiles[i].name)) return static_cast<Choice>(i);
    names += fmt::format("{}{}", i == 0 ? "" : i + 1 == n ? " or " : ", ", profiles[i].name);
  }
  return InputError{fmt::format("invalid value for {}: \"{}\"", name, text), "", fmt::format("Use {}.", names)};
}

}  // namespace

const WorkloadProfile& profile_of(Workload workload) {
  return kWorkloads[static_cast<int>(workload)];
}
const StorageProfile& profile_of(Storage storage) {
  return kStorages[static_cast<int>(storage)];
}

const char* workload_name(Workload workload) {
  return profile_of(workload).name;
}
const char* storage_name(Storage storage) {
  return profile_of(storage).name;
}

std::variant<Workload, InputError> parse_workload(std::string_view name, std::string_view text) {
  return parse_choice<Workload>(name, text, kWorkloads);
}

std::variant<Storage, InputError> parse_storage(std::string_view name, std::string_view text) {
  return parse_choice<Storage>(name, text, kStorages);
}

}  // namespace aza
