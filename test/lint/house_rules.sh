# shellcheck shell=bash
# The rules of the house that a search can check. Patterns are written so that they do not find themselves.

# Code without comments and text in quotes, as FILE:LINE:CODE.
code_of() {
  awk '{ code = $0; gsub(/"([^"\\]|\\.)*"/, "\"\"", code); sub(/\/\/.*/, "", code); print FILENAME ":" FNR ":" code }' "$@"
}
sources() { find "$1" -name '*.cpp' -o -name '*.h'; }

exceptions_in_pg() {
  local files
  mapfile -t files < <(sources src/pg | grep -v '/guard\.h$')
  code_of "${files[@]}" | grep -E '\btry\b *(\{|$)|\bcatch *\(|\bthrow\b|\bPG_(TRY|CATCH|FINALLY|END_TRY|RE_THROW)\b'
}
guard_is_there() { grep -q 'catch (\.\.\.)' src/pg/guard.h || echo 'src/pg/guard.h: does not catch everything'; }

server_in_core() { grep -rnE '#include *["<]((postgres|postgres_fe|c|fmgr|miscadmin)\.h|pg/|utils/|catalog/|storage/|access/)' src/core; }
# Core returns values: it does not throw, log, print or exit.
effects_in_core() {
  local files
  mapfile -t files < <(sources src/core)
  code_of "${files[@]}" | grep -E '\bthrow\b|\b_?(exit|abort|printf|fprintf|puts|perror|syslog) *\(|std::c(out|err)\b|\b(ereport|elog) *\('
}
# grant_need is handed the planner's row counts, which are fractions, and makes whole bytes of them.
fractions_in_core() {
  local files
  mapfile -t files < <(sources src/core | grep -v '/grant_need\.')
  code_of "${files[@]}" | grep -E '\b(double|float)\b'
}
server_headers_elsewhere() { grep -rn --include='*.cpp' --include='*.h' '#include "postgres\.h"' src tools test bench | grep -v '^src/pg/postgres_api\.h:'; }

# Makefile's list against the sources: "<" is missing from the list, ">" is in the list alone.
objects_listed() {
  diff <(find src -name '*.cpp' | sed 's/\.cpp$/.o/' | sort) \
       <(sed -n '/^OBJS = /,/[^\\]$/p' Makefile | grep -oE 'src/[a-z_/0-9]+\.o' | sort) | grep '^[<>]'
}

names_in() { find "$1" -name "*.$2" -printf '%f\n' | sed "s/\.$2\$//" | sort; }
listed_as() { sed -n "s/^$1 = //p" Makefile | tr ' ' '\n' | sort; }
tests_named() {
  diff <(names_in sql sql) <(listed_as REGRESS) | grep '^[<>]' | sed 's/$/: in sql\/ or in REGRESS alone/'
  diff <(names_in specs spec) <(listed_as ISOLATION) | grep '^[<>]' | sed 's/$/: in specs\/ or in ISOLATION alone/'
  diff <({ names_in sql sql; names_in specs spec; } | sort) <(names_in expected out) | grep '^[<>]' \
    | sed 's/$/: a test without its expected output, or the other way round/'
}
# What lies in a test folder under a name that no runner looks for is never run.
tests_run() {
  find t -type f -not -name '*.pl' -not -name '*.pm'
  find test/pgtap -type f -not -name '*.sql'
  find test/unit -name '*.cpp' -not -name '*_test.cpp'
  find test/fuzz -name '*.cpp' -not -name '*_fuzz.cpp'
  find tools/*/test -name '*.cpp' -not -name '*_test.cpp' -not -name '*_fuzz.cpp'
}
modules_used() {
  local module
  for module in t/*.pm; do
    grep -q "^use $(basename "$module" .pm)\b" t/*.pl || echo "$module: no test uses it"
  done
}
suites_described() {
  local suite
  for suite in test/suites/*; do
    [ -x "$suite" ] || echo "$suite: not executable, so it would not run"
    sed -n 2p "$suite" | grep -qE '^# runs: (toolbox|host)$' || echo "$suite: line 2 does not say where it runs"
    sed -n 3p "$suite" | grep -qE '^# what: .' || echo "$suite: line 3 does not say what it tests"
  done
}

committed() { git ls-files 2>/dev/null | grep -v '^testdata/'; }
in_committed() { committed | xargs -d '\n' grep -sInE "$1" --; }
# A mirror is taken from the machine, never written down.
mirrors_named() {
  in_committed '(deb|snapshot|ftp\.[a-z.]*)\.debian\.or[g]|archive\.ubuntu\.co[m]|pypi\.or[g]|crates\.i[o]/|npmjs\.(org|co[m])|golang\.or[g]|artifactor[y]'
}
# What builds images lets no failure pass and brings no packages that nobody asked for; the servers' packages have versions.
image_builds() {
  local script
  for script in docker/build/*; do
    case $(head -n 1 "$script") in '#!/bin/sh') grep -qx 'set -eu' "$script" ;; '#!/bin/bash') grep -qx 'set -euo pipefail' "$script" ;; esac ||
      echo "$script: does not end at a failure"
  done
  git ls-files '*Dockerfile' docker/build | xargs -d '\n' grep -nE '\|\| *(true|:) *($|[;#&|])|apt-get install -y [^-]' --
  sed -n '/^\(server\|sources-run\|pgbouncer\|exporter\) [^=]*$/p' docker/packages.debian | sed 's/$/: has no version in docker\/packages.debian/'
}
paths_outside() { in_committed '(^|[^[:alnum:]_./-])/(wor[k]/(main|shared|brief|\.)|hom[e]/[a-z]|User[s]/|roo[t]/[a-z.])'; }
left_overs() { committed | grep -E '\.(tmp|orig|rej|bak|o|so|bc|d|swp)$|~$'; }
unfinished() { in_committed '\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b'; }

names_unique() {
  find src tools test bench -name '*.cpp' -o -name '*.h' | grep -v '/main\.cpp$' | sed 's|.*/||' | sort | uniq -d
}
files_small() { cpp_files | grep -v '^test/' | xargs -d '\n' awk 'FNR == 351 { print FILENAME ": longer than 350 lines" }'; }

check 'no try, catch, throw or PG_TRY in src/pg outside guard.h' exceptions_in_pg
check 'guard.h catches every exception' guard_is_there
check 'no server header in src/core' server_in_core
check 'src/core does not throw, print, log or exit' effects_in_core
check 'src/core calculates in integers' fractions_in_core
check 'postgres.h is included in one place' server_headers_elsewhere
check "Makefile's OBJS are the sources, all of them and nothing else" objects_listed
check 'every file of sql/ and specs/ is listed in the Makefile and has an expected output' tests_named
check 'no test file has a name that no runner looks for' tests_run
check 'every module in t/ is used' modules_used
check 'every suite is executable and says where it runs and what it tests' suites_described
check 'no package mirror or registry is named' mirrors_named
check 'what builds images ends at a failure, and installs what it names' image_builds
check 'no path leads outside the repository' paths_outside
check 'no left-over is committed' left_overs
check 'nothing is marked as unfinished' unfinished
check 'file names are unique across the tree' names_unique
check 'no source file is longer than 350 lines' files_small
