# Sourced by what makes Debian systems with mmdebstrap.
# shellcheck shell=bash

# The Debian mirror in this machine's own apt configuration; empty lets mmdebstrap choose. None of the files need be there.
mirror() {
  { sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources 2>/dev/null
    sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' \
      /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null
  } | tr ' ' '\n' | grep -E '/debian/?$' | head -n 1 || true
}

# mirror_options MIRROR SUITE: mmdebstrap's options for it, one on a line. A frozen copy of the archive has a Release file
# that has expired; only then is its date not checked.
mirror_options() {
  local release until
  [ -n "$1" ] && [ -x /usr/lib/apt/apt-helper ] || return 0
  release=$(mktemp)
  /usr/lib/apt/apt-helper download-file "$1/dists/$2/InRelease" "$release" >/dev/null 2>&1 || : # then its date is not the trouble
  until=$(sed -n 's/^Valid-Until: //p' "$release" | head -n 1)
  rm -f "$release"
  [ -n "$until" ] && [ "$(date -d "$until" +%s)" -lt "$(date +%s)" ] || return 0
  echo '--aptopt=Acquire::Check-Valid-Until "false"'
}
