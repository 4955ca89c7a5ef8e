#include "source_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace aza::build {

std::string address_error(std::string_view address, const std::vector<std::string>& hosts) {
  constexpr std::string_view kScheme = "https://";
  if (!address.starts_with(kScheme)) return fmt::format("'{}' is not an https:// address", address);
  const std::string_view rest = address.substr(kScheme.size());
  const size_t slash = rest.find('/');
  if (rest.find_first_of("@?#\\ ") != std::string_view::npos) {
    return fmt::format("'{}' holds more than a host and a path", address);
  }
  if (slash == std::string_view::npos || slash + 1 == rest.size()) return fmt::format("'{}' has no path", address);
  const std::string_view host = rest.substr(0, slash);
  if (std::find(hosts.begin(), hosts.end(), host) != hosts.end()) return {};
  return fmt::format("the host '{}' is not one of repositoryHosts ({})", host, fmt::join(hosts, ", "));
}

bool is_full_commit(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Findings check_source(const Manifest& manifest, size_t entry) {
  const auto& source = manifest.entries[entry].source;
  Findings findings;
  if (!source) return findings;
  const std::string base = fmt::format("/entries/{}/source", entry);
  if (std::string error = address_error(source->repository, manifest.repository_hosts); !error.empty()) {
    findings.push_back(
        {base + "/repository", std::move(error), "take the upstream's https address, or allow its host", ""});
  }
  if (source->tag.starts_with("refs/")) {
    findings.push_back(
        {base + "/tag", fmt::format("'{}' is not a tag's name", source->tag), "write the tag without refs/tags/", ""});
  }
  if (is_full_commit(source->tag) && is_full_commit(source->commit) && source->tag != source->commit) {
    findings.push_back({base + "/tag",
                        fmt::format("the tag is the commit {} but the commit is {}", source->tag, source->commit),
                        "write the same commit in both, or the tag's name", ""});
  }
  return findings;
}

}  // namespace aza::build
