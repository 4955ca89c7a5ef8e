# The record of aza-build -> what the image says it has, and what the manifest ships and the image has not.
# Wants $manifest, $autoconf, $channel, $base, $sources.
[.entries[] | select(.enabled) | {
  name, kind,
  version: (.version | sub("^PostgreSQL (?<v>[^ ]*).*"; "\(.v)")),
  from: (if .how == "source" then "\(.repository)@\(.commit)" else .package // "postgresql-18" end)
}] as $entries
| {
    postgresql: (.postgresql | sub("^PostgreSQL (?<v>[^ ]*).*"; "\(.v)")), aza_autoconf: $autoconf, channel: $channel, base: $base, sources: $sources,
    entries: $entries,
    missing: ([$manifest[0].entries[] | select(.enabled) | .name] - [$entries[].name])
  }
