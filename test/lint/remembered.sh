# shellcheck shell=bash
# Running a check over many files, and not again over those that it has passed already.

server_headers=$(pg_config --includedir-server)
# Warnings about the server's own headers, and about what its macros make, are not ours.
flags=(-std=c++20 -Isrc -isystem "$server_headers" -DFMT_HEADER_ONLY '-DAZA_VERSION="lint"' -D_GNU_SOURCE)

# remembered NAME COMMAND < FILES: runs COMMAND FILE for each, two at a time, but for a file that passed before with the same
# content, headers and options. Every header of src and of the file's own folder counts as included.
remembered() {
  local name=$1
  shift
  mkdir -p "build/lint/$name"
  headers=$(cat .clang-tidy test/lint/remembered.sh src/*/*.h | sha256sum)
  export -f once
  export headers name
  xargs -d '\n' -P 2 -I FILE bash -c 'once "$@"' once FILE "$@"
}

once() {
  local file=$1 key
  shift
  key=$({ echo "$headers" "$@"; cat "$file"; find "$(dirname "$file")" -maxdepth 1 -name '*.h' -exec cat {} +; } | sha256sum)
  key=build/lint/$name/${key%% *}
  [ ! -f "$key" ] || return 0
  local said
  if said=$("$@" "$file" 2>&1); then touch "$key"; else printf '%s: %s\n' "$file" "$said"; fi
}
