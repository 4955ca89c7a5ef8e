# What aza-build's suites share: TAP, a folder of their own, and upstream repositories made on the spot.
# shellcheck shell=bash

aza=$PWD/build/bin/aza-build
here=$PWD/build/test/$(basename "$0")
count=0
failed=0

begin() {
  rm -rf "$here"
  mkdir -p "$here"
  # Scratch servers of this suite alone; short, because a socket's path has 107 bytes, and open to the server's user.
  TMPDIR=$(mktemp -d /tmp/aza-suite-XXXXXX)
  export TMPDIR
  chmod 1777 "$TMPDIR"
  trap 'rm -rf "$TMPDIR"' EXIT
  trap 'exit 130' INT TERM
  [ -x "$aza" ] || make -s -f mk/native.mk build/bin/aza-build VARIANT=tools >&2
}

# ok WHAT COMMAND...: the command's end decides.
ok() {
  local what=$1
  shift
  count=$((count + 1))
  if "$@" >"$here/check.log" 2>&1; then
    echo "ok $count - $what"
  else
    echo "not ok $count - $what"
    sed 's/^/# /' "$here/check.log" | tail -n 40
    failed=1
  fi
}

finish() {
  echo "1..$count"
  exit "$failed"
}

# run NAME STATUS COMMAND...: prints go to $here/NAME.txt; the status must be the one given.
run() {
  local name=$1 wanted=$2 status=0
  shift 2
  "$@" >"$here/$name.txt" 2>&1 || status=$?
  [ "$status" = "$wanted" ] && return 0
  echo "exit status $status instead of $wanted: $*"
  cat "$here/$name.txt"
  return 1
}

# has NAME TEXT: whether the printed lines hold this line, to the letter; holds: whether they contain the text.
has() { grep -qxF -- "$2" "$here/$1.txt" || { echo "no line '$2' in:"; cat "$here/$1.txt"; return 1; }; }
holds() { grep -qF -- "$2" "$here/$1.txt" || { echo "no '$2' in:"; cat "$here/$1.txt"; return 1; }; }
lacks() { ! grep -qF -- "$2" "$here/$1.txt" || { echo "'$2' is in:"; cat "$here/$1.txt"; return 1; }; }
absent() { local each; for each; do [ ! -e "$each" ] || { echo "$each is there"; return 1; }; done; }
present() { local each; for each; do [ -e "$each" ] || { echo "$each is not there"; return 1; }; done; }
same() { cmp "$1" "$2"; }

# Upstream is a folder of repositories; git is told to take it for github.com, for the fetch alone.
upstream=$here/upstream
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.file://$upstream/.insteadOf GIT_CONFIG_VALUE_0=https://github.com/

git_quietly() {
  git -c user.name=tester -c user.email=tester@example.invalid -c init.defaultBranch=main "$@" >/dev/null 2>&1
}

# publish NAME: the files in $here/new become a commit, tagged v1, of the repository lab/NAME.git; prints its hash.
publish() {
  local repository=$upstream/lab/$1.git
  mkdir -p "$repository"
  cp -r "$here/new/." "$repository/"
  rm -rf "$here/new"
  git_quietly -C "$repository" init
  git_quietly -C "$repository" add -A
  GIT_COMMITTER_DATE='2026-01-02T03:04:05Z' GIT_AUTHOR_DATE='2026-01-02T03:04:05Z' git_quietly -C "$repository" commit -m one
  git_quietly -C "$repository" tag -a v1 -m v1
  git -C "$repository" rev-parse HEAD
}

# new PATH: a file of the next repository, from standard input.
new() { mkdir -p "$(dirname "$here/new/$1")" && cat >"$here/new/$1"; }

# entry NAME COMMIT TYPE [JQ]: one entry's JSON, with changes by a jq program.
entry() {
  jq -n --arg name "$1" --arg commit "$2" --arg type "$3" '{
    name: $name, kind: "extension", install_via: "source", description: "made for a test",
    source: { repository: "https://github.com/lab/\($name).git", tag: "v1", commit: $commit },
    build: { type: $type }, dependencies: [], enabled: true,
    runtime: { sharedPreload: false, defaultEnable: false }, category: "test", licence: "MIT"
  }' | jq "${4:-.}"
}

# manifest FILE: entries on standard input become a manifest with the schema beside it.
manifest() {
  mkdir -p "$(dirname "$1")"
  cp manifest/extensions.schema.json "$(dirname "$1")/"
  jq -s '{ postgresql: "18", repositoryHosts: ["github.com"], corePreload: [], entries: . }' >"$1"
}

# The sources that several tests build.
c_extension() {  # c_extension NAME VALUE
  new Makefile <<END
MODULES = $1
EXTENSION = $1
DATA = $1--1.sql
PGXS := \$(shell \$(PG_CONFIG) --pgxs)
include \$(PGXS)
END
  printf "comment = 'made for a test'\ndefault_version = '1'\nmodule_pathname = '\$libdir/%s'\n" "$1" | new "$1.control"
  printf "CREATE FUNCTION %s() RETURNS int AS 'MODULE_PATHNAME' LANGUAGE C;\n" "$1" | new "$1--1.sql"
  new "$1.c" <<END
#include "postgres.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1($1);

Datum $1(PG_FUNCTION_ARGS) {
  PG_RETURN_INT32($2);
}
END
}
