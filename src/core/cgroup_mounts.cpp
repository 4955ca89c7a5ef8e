#include "core/cgroup_mounts.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>

#include "core/kernel_text.h"

namespace aza {

namespace {

// Positions in a line of mountinfo: "36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root
// rw,errors=continue".
constexpr size_t kRoot = 3;
constexpr size_t kPoint = 4;
constexpr size_t kFirstOptional = 6;

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

std::optional<Mount> parse_line(std::string_view line) {
  const std::vector<std::string_view> parts = split(line, ' ');
  if (parts.size() <= kFirstOptional) return std::nullopt;
  const auto dash = std::find(parts.begin() + kFirstOptional, parts.end(), "-");
  // Behind the dash: type, source, options. The source may be empty, which split() keeps as a field.
  if (std::distance(dash, parts.end()) < 4) return std::nullopt;
  return Mount{without_octal_escapes(parts[kRoot]), without_octal_escapes(parts[kPoint]), std::string(dash[1]),
               std::string(dash[3])};
}

std::vector<std::string> names_in(std::string_view options) {
  std::vector<std::string> names;
  for (const std::string_view name : split(options, ',')) names.emplace_back(name);
  return names;
}

}  // namespace

std::string without_octal_escapes(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 3);
    if (text[i] == '\\' && digits.size() == 3 && std::all_of(digits.begin(), digits.end(), is_octal)) {
      plain += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::vector<Mount> parse_mountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  std::unordered_map<std::string, size_t> at_point;
  for (const std::string_view line : lines(text)) {
    std::optional<Mount> mount = parse_line(line);
    if (!mount) continue;
    const auto [known, is_new] = at_point.try_emplace(mount->point, mounts.size());
    if (is_new) {
      mounts.push_back(std::move(*mount));
    } else {
      mounts[known->second] = std::move(*mount);
    }
  }
  return mounts;
}

std::vector<CgroupMount> cgroup_mounts(const std::vector<Mount>& mounts) {
  std::vector<CgroupMount> found;
  for (const Mount& mount : mounts) {
    if (mount.type == "cgroup2") found.push_back({2, mount.root, mount.point, {}});
    if (mount.type == "cgroup") found.push_back({1, mount.root, mount.point, names_in(mount.options)});
  }
  return found;
}

}  // namespace aza
