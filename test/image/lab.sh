# Sourced by the suites that run containers: an engine, the images, TAP from cases that run side by side, and a clean end.
# shellcheck shell=bash disable=SC2034,SC2016

suite=$(basename "$0")
folder=$PWD/build/test/$suite
password='s3cret :@&\"'\'' $x%'   # a blank, and every character that some syntax treats specially
lab=aza-$suite-$$

# The suite runs again inside an engine; where there is none, it is skipped and says so.
need_engine() {
  local status=0
  [ "${AZA_IN_ENGINE:-}" != 1 ] || return 0
  mkdir -p "$folder"
  # Images are kept for the next run, in an engine of their own.
  AZA_IN_ENGINE=1 AZA_ENGINE_KEEP=1 AZA_ENGINE_HOME=$PWD/build/image-engine tools/engine run "$0" "$@" 2>"$folder/engine.log" || status=$?
  if [ "$status" = 3 ]; then
    echo "ok 1 - $suite # SKIP $(tail -n 1 "$folder/engine.log")"
    echo '1..1'
    exit 0
  fi
  cat "$folder/engine.log" >&2
  exit "$status"
}

# build_image NAME DOCKERFILE CONTEXT ARGUMENT ...
build_image() {
  local name=$1 file=$2 context=$3
  shift 3
  docker build -f "$file" -t "$name" --build-arg BASE_IMAGE="$base" "$@" "$context" >"$folder/$name.log" 2>&1 || not_built "$file" "$folder/$name.log"
}

# A failed build is a failure, but where containers reach no packages it is the machine's: status 3 skips the suite.
not_built() {
  if ! docker run --rm "$base" sh -c 'apt-get update -qq && apt-get -qq download hostname' >"$folder/network.log" 2>&1; then
    echo "containers reach no package archive here: $(grep -v '^$' "$folder/network.log" | tail -n 1)" >&2
    exit 3
  fi
  echo "Bail out! $1 could not be built: $(tail -n 3 "$2")"
  exit 1
}

# build_images "NAME ...": the server's image and these sidecars'. AZA_IMAGES=present takes the images that are there.
build_images() {
  base=$(tools/base_image)
  [ "${AZA_IMAGES:-}" != present ] || return 0
  # With Debian's packages, and what has none left out; the names are not those of a user's images.
  build_image aza-test-postgres docker/Dockerfile . --build-arg CHANNEL=debian --build-arg SOURCES=skip
  for name in $1; do build_image "aza-test-$name" "docker/$name/Dockerfile" . --build-arg CHANNEL=debian; done
}

# Everything of this run has its label.
remove_all() {
  local ids
  ids=$(docker ps -aq --filter "label=aza-test=$lab")
  # shellcheck disable=SC2086  # one word is one container
  [ -z "$ids" ] || docker rm -fv $ids >/dev/null
  ids=$(docker volume ls -q --filter "label=aza-test=$lab")
  # shellcheck disable=SC2086
  [ -z "$ids" ] || docker volume rm -f $ids >/dev/null
  ids=$(docker network ls -q --filter "label=aza-test=$lab")
  # shellcheck disable=SC2086
  [ -z "$ids" ] || docker network rm $ids >/dev/null
}

# run_detached NAME ARGUMENT ...: a container of this run.
run_detached() { local name=$1; shift; docker run -d --name "$lab-$name" --label "aza-test=$lab" "$@" >/dev/null; }
run_once() { docker run --rm --label "aza-test=$lab" "$@" 2>&1; }
new_volume() { docker volume create --label "aza-test=$lab" "${@:2}" "$lab-$1" >/dev/null; }
in_container() { local name=$1; shift; docker exec "$lab-$name" "$@"; }
sql() { local name=$1; shift; docker exec "$lab-$name" psql -XAtq -v ON_ERROR_STOP=1 -U postgres -c "$@" 2>&1; }
logs() { docker logs "$lab-$1" 2>&1; }
running() { [ "$(docker inspect -f '{{.State.Running}}' "$lab-$1")" = true ]; }
json_query() { tools/toolbox run jq -r "$1"; }
exit_status() { docker inspect -f '{{.State.ExitCode}}' "$lab-$1"; }

# make_certificate FOLDER OWNER
make_certificate() {
  rm -rf "$1"
  mkdir -p "$1"
  tools/toolbox run openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$1/server.key" -out "$1/server.crt" 2>"$1/openssl.log"
  chown -R "$2:$2" "$1"
  chmod 600 "$1/server.key"
}

# wait_for SECONDS COMMAND ...
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    (( SECONDS < until )) || return 1
    sleep 0.2
  done
}

wait_ready() { wait_for 90 eval "! running $1 || in_container $1 healthcheck" && running "$1"; }
ended() { ! running "$1"; }

# Each check prints one line of TAP, still without its number.
is() {
  if [ "$1" = "$2" ]; then echo "ok - $3"; else
    echo "not ok - $3"
    printf 'got:  %s\nwant: %s\n' "$1" "$2" | head -n 60 | sed 's/^/# /'
  fi
}
like() {
  if grep -qE -- "$2" <<<"$1"; then echo "ok - $3"; else
    echo "not ok - $3"
    printf 'no match of: %s\nin: %s\n' "$2" "$(tail -n 40 <<<"$1")" | sed 's/^/# /'
  fi
}
unlike() {
  if ! grep -qE -- "$2" <<<"$1"; then echo "ok - $3"; else
    echo "not ok - $3"
    grep -E -- "$2" <<<"$1" | head -n 5 | sed 's/^/# match: /'
  fi
}

# run_cases CASE ...: so many at a time as there are CPUs, but two at least; numbers the lines of all.
run_cases() {
  local case jobs
  jobs=$(nproc)
  (( jobs >= 2 )) || jobs=2
  rm -f "$folder"/case_*.tap
  for case; do
    while (( $(jobs -rp | wc -l) >= jobs )); do wait -n || :; done
    { "$case" >"$folder/$case.tap" 2>&1 || echo "not ok - $case broke off with status $?" >>"$folder/$case.tap"; } &
  done
  wait
  for case; do cat "$folder/$case.tap"; done |
    awk '/^(not )?ok - / { n++; failed += /^not/; sub(/ok - /, "ok " n " - "); print; next }
         { sub(/^/, /^#/ ? "" : "# "); print }
         END { print "1.." n; exit failed > 0 }'
}

# Says which cases were asked for on the command line, or all.
cases() { if [ $# -gt 0 ]; then printf 'case_%s\n' "$@"; else declare -F | sed -n 's/^declare -f \(case_.*\)/\1/p'; fi; }

start_lab() {
  need_engine "$@"
  mkdir -p "$folder"
  trap remove_all EXIT
  trap 'exit 130' INT TERM
}
