# shellcheck shell=sh
# How the image's scripts speak.

say() { printf 'aza: %s\n' "$*" >&2; }

# fail WHAT [HINT ...]: one line says what is wrong, the others what to do.
fail() {
  printf 'aza: ERROR: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf 'aza:   %s\n' "$@" >&2
  exit 1
}
