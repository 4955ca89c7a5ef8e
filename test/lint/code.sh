# shellcheck shell=bash
# What tools say about the code: clang-format, the compilers, shellcheck and perl; clang-tidy has a suite of its own.

. test/lint/remembered.sh

cpp_files() { find src tools test bench -name '*.cpp' -o -name '*.h' | sort; }
server_side() { find src/pg -name '*.cpp' | sort; }
shell_files() {
  { grep -rlE --include='*' '^#! ?/(usr/)?bin/(env )?(ba|da)?sh' tools test bench docker stacks examples .ci 2>/dev/null
    find tools test bench docker stacks examples -name '*.sh' 2>/dev/null
  } | xargs -r -d '\n' awk 'FNR == 1 && (/^#!.*sh$/ || /^#!.*sh / || FILENAME ~ /\.sh$/) { print FILENAME }' | sort -u
}

# One line for a file: clang-format-21 -i FILE says the rest.
formatted() {
  cpp_files | xargs -d '\n' -n 20 clang-format-21 --dry-run -Werror 2>&1 | grep -E '^[^ ].*: error: ' | sort -t: -k1,1 -u
}
compiled() { server_side | remembered "$1" "$1" "${flags[@]}" -O1 -Wall -Wextra -Werror -fsyntax-only; }
# SC2016: awk, jq and sh -c take text in single quotes. SC2329: checks and traps call functions by name. A part without a
# shebang gets variables from whoever sources it (SC2154), and sets some for them (SC2034).
shells() {
  shell_files | xargs -r grep -lE '^#!' | xargs -r shellcheck -x -P SCRIPTDIR -P . -e SC2016,SC2329
  shell_files | xargs -r grep -LE '^#!' | xargs -r shellcheck -x -P SCRIPTDIR -P . -e SC2016,SC2329,SC2154,SC2034
}

perls() {
  local file modules
  modules=$(dirname "$(pg_config --pgxs)")/../test/perl
  for file in t/*.pl t/*.pm; do
    PERL5LIB="$modules:t" perl -c "$file" 2>&1 | grep -v ' syntax OK$'
  done
}

check 'clang-format has nothing to change' formatted
check 'g++ has no warning about src/pg' compiled g++
check 'clang++ has no warning about src/pg' compiled clang++
check 'shellcheck finds nothing in any shell script' shells
check 'perl -c accepts every test and module' perls
