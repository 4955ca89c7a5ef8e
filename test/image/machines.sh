# The plan in containers with limits, in every setting, through SHOW; and what was typed wrong. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016  # names of lab.sh; what a shell in the container expands

# What is planned for every one of these machines.
common='min_wal_size 1GB, max_wal_size 4GB, random_page_cost 1.1, effective_io_concurrency 200, maintenance_io_concurrency 20,
default_statistics_target 100, jit off, autovacuum_worker_slots 16, autovacuum_max_workers 3, huge_pages off'

# shown NAME SETTING ...: "setting value, ..." as SHOW prints them.
shown() {
  local name=$1
  shift
  sql "$name" "SELECT string_agg(s || ' ' || current_setting(s), ', ' ORDER BY n)
    FROM unnest(string_to_array('$*', ' ')) WITH ORDINALITY AS u (s, n)"
}

# check_machine NAME WHAT "SETTING VALUE, ..."
check_machine() {
  local want=${3//$'\n'/ } settings
  settings=$(tr ',' '\n' <<<"$want" | awk '{ print $1 }' | paste -sd ' ')
  # shellcheck disable=SC2086  # one word is one setting
  is "$(shown "$1" $settings)" "$want" "$2: every planned setting"
}

# check_log NAME WHAT MEMORY CPUS
check_log() { like "$(logs "$1")" "LOG:  aza_autoconf: memory $3, CPUs $4, applied: max_connections=" "$2: the line in the log"; }

# start_on NAME VOLUME ARGUMENT ...: the same data, another machine.
start_on() {
  local name=$1 volume=$2
  shift 2
  docker rm -f "$lab-$name" >/dev/null 2>&1 || true
  run_detached "$name" -v "$lab-$volume:/var/lib/postgresql" -e POSTGRES_PASSWORD=x "$@" aza-test-postgres
  wait_ready "$name" || { echo "not ok - the server starts with $*"; logs "$name" | tail -n 20; return 1; }
}

workers='max_worker_processes 8, max_parallel_workers 2, max_parallel_workers_per_gather 1, max_parallel_maintenance_workers 1'
group='\(cgroup v[12] [a-z_.]+\)'

case_memory_limits() {
  new_volume limits
  start_on limits limits -m 512m --cpus 2
  check_machine limits 'limit 512m' "max_connections 80, shared_buffers 128MB, effective_cache_size 384MB, maintenance_work_mem 32MB, work_mem 1MB, io_workers 1, $workers, $common"
  check_log limits 'limit 512m' "512MB $group" '2 .*'
  start_on limits limits -m 2g --cpus 2
  check_machine limits 'limit 2g' "max_connections 120, shared_buffers 512MB, effective_cache_size 1536MB, maintenance_work_mem 64MB, work_mem 4MB, io_workers 3, $workers, $common"
  check_log limits 'limit 2g' "2048MB $group" '2 .*'
  start_on limits limits -m 4g --cpus 2
  check_machine limits 'limit 4g' "max_connections 200, shared_buffers 1GB, effective_cache_size 3GB, maintenance_work_mem 128MB, work_mem 5MB, io_workers 3, $workers, $common"
  check_log limits 'limit 4g' "4096MB $group" '2 .*'
  start_on limits limits -m 8g --cpus 2
  check_machine limits 'limit 8g' "max_connections 200, shared_buffers 2GB, effective_cache_size 6GB, maintenance_work_mem 256MB, work_mem 10MB, io_workers 3, $workers, $common"
  check_log limits 'limit 8g' "8192MB $group" '2 .*'
}

case_memory_variable() {
  new_volume variable
  start_on variable variable -e POSTGRES_MEMORY=1024 --cpus 2
  check_machine variable POSTGRES_MEMORY=1024 "max_connections 120, shared_buffers 256MB, effective_cache_size 768MB, maintenance_work_mem 32MB, work_mem 2MB, io_workers 1, $workers, $common"
  check_log variable POSTGRES_MEMORY=1024 '1024MB \(POSTGRES_MEMORY\)' '2 .*'
  start_on variable variable -e POSTGRES_MEMORY=65536 --cpus 2
  check_machine variable POSTGRES_MEMORY=65536 "max_connections 200, shared_buffers 9830MB, effective_cache_size 48GB, maintenance_work_mem 2GB, work_mem 32MB, io_workers 3, $workers, $common"
  check_log variable POSTGRES_MEMORY=65536 '65536MB \(POSTGRES_MEMORY\)' '2 .*'
  start_on variable variable --cpus 2
  is "$(sql variable "SELECT setting FROM pg_settings WHERE name = 'aza.detected_memory'")" \
    "$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)" 'no limit: the memory of the machine'
  like "$(logs variable)" 'WARNING:  .*container' 'no limit: a warning says that there is none'
}

case_cpu_limits() {
  new_volume cpus
  start_on cpus cpus -m 2g --cpus 0.5
  check_machine cpus '--cpus 0.5' "max_worker_processes 8, max_parallel_workers 1, max_parallel_workers_per_gather 1, max_parallel_maintenance_workers 1, io_workers 3"
  check_log cpus '--cpus 0.5' "2048MB $group" '1 \(cgroup v[12] .*\)'
  start_on cpus cpus -m 2g --cpus 1
  check_machine cpus '--cpus 1' "max_worker_processes 8, max_parallel_workers 1, max_parallel_workers_per_gather 1, max_parallel_maintenance_workers 1, io_workers 3"
  start_on cpus cpus -m 2g --cpus 1 -e POSTGRES_WORKLOAD_TYPE=oltp -e POSTGRES_STORAGE_TYPE=nvme
  check_machine cpus 'one CPU, oltp on nvme' "max_parallel_workers_per_gather 0, min_wal_size 2GB, max_wal_size 8GB, effective_io_concurrency 1000, maintenance_io_concurrency 100"
  start_on cpus cpus -m 2g -e POSTGRES_CPUS=16
  check_machine cpus POSTGRES_CPUS=16 "max_worker_processes 34, max_parallel_workers 16, max_parallel_workers_per_gather 8, max_parallel_maintenance_workers 4, io_workers 4"
}

# refused VARIABLE=VALUE MESSAGE HINT: the start ends with both, and not with zero.
refused() {
  local status=0 output
  output=$(run_once -e POSTGRES_PASSWORD=x -e "$1" -v "$lab-bad:/var/lib/postgresql" aza-test-postgres) || status=$?
  is "$status" 1 "$1: exit status"
  like "$output" "FATAL:  $2\$" "$1: what is wrong"
  like "$output" "HINT:  $3" "$1: what to do"
}

# A first start that ends so leaves nothing behind that a second one stumbles over.
case_bad_values() {
  new_volume bad
  refused 'POSTGRES_MEMORY=2 gigs' 'invalid value for POSTGRES_MEMORY: "2 gigs"' \
    'Use a number of megabytes, such as POSTGRES_MEMORY=2048, or a size with unit, such as 2GB\.$'
  refused 'POSTGRES_MEMORY=0' 'invalid value for POSTGRES_MEMORY: "0"' 'Use '
  refused 'POSTGRES_MEMORY=-1' 'invalid value for POSTGRES_MEMORY: "-1"' 'Use '
  refused 'POSTGRES_CPUS=two' 'invalid value for POSTGRES_CPUS: "two"' 'Use '
  refused 'POSTGRES_WORKLOAD_TYPE=webby' 'invalid value for POSTGRES_WORKLOAD_TYPE: "webby"' 'Use mixed, web, oltp, dw or desktop'
  refused 'POSTGRES_SHARED_PRELOAD_LIBRARIES=nosuch' 'library "nosuch" named in POSTGRES_SHARED_PRELOAD_LIBRARIES does not exist' 'Install the library'
  start_on bad bad
  is "$(sql bad 'SELECT 42')" 42 'with the value mended the same volume serves'
}
