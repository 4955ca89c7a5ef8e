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

# check_machine NAME WHAT "SETTING VALUE, ...": all of them, and no other is planned.
check_machine() {
  local want=${3//$'\n'/ } settings
  settings=$(tr ',' '\n' <<<"$want" | awk '{ print $1 }' | paste -sd ' ')
  # shellcheck disable=SC2086  # one word is one setting
  is "$(shown "$1" $settings)" "$want" "$2: every planned setting"
  is "$(sql "$1" 'SELECT setting FROM aza_tuning_report()' | sort | paste -sd ' ')" "$(tr ' ' '\n' <<<"$settings" | sort | paste -sd ' ')" "$2: no other setting is planned"
}

# check_log NAME WHAT MEMORY CPUS MAX_CONNECTIONS SHARED_BUFFERS
check_log() { like "$(logs "$1")" "LOG:  aza_autoconf: memory $3, CPUs $4, applied: max_connections=$5, shared_buffers=$6, " "$2: the line in the log"; }

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
  check_log limits 'limit 512m' "512MB $group" '2 .*' 80 128MB
  start_on limits limits -m 2g --cpus 2
  check_machine limits 'limit 2g' "max_connections 120, shared_buffers 512MB, effective_cache_size 1536MB, maintenance_work_mem 64MB, work_mem 4MB, io_workers 3, $workers, $common"
  check_log limits 'limit 2g' "2048MB $group" '2 .*' 120 512MB
  start_on limits limits -m 4g --cpus 2
  check_machine limits 'limit 4g' "max_connections 200, shared_buffers 1GB, effective_cache_size 3GB, maintenance_work_mem 128MB, work_mem 5MB, io_workers 3, $workers, $common"
  check_log limits 'limit 4g' "4096MB $group" '2 .*' 200 1GB
  start_on limits limits -m 8g --cpus 2
  check_machine limits 'limit 8g' "max_connections 200, shared_buffers 2GB, effective_cache_size 6GB, maintenance_work_mem 256MB, work_mem 10MB, io_workers 3, $workers, $common"
  check_log limits 'limit 8g' "8192MB $group" '2 .*' 200 2GB
}

case_memory_variable() {
  new_volume variable
  start_on variable variable -e POSTGRES_MEMORY=1024 --cpus 2
  check_machine variable POSTGRES_MEMORY=1024 "max_connections 120, shared_buffers 256MB, effective_cache_size 768MB, maintenance_work_mem 32MB, work_mem 2MB, io_workers 1, $workers, $common"
  check_log variable POSTGRES_MEMORY=1024 '1024MB \(POSTGRES_MEMORY\)' '2 .*' 120 256MB
  start_on variable variable -e POSTGRES_MEMORY=65536 --cpus 2
  check_machine variable POSTGRES_MEMORY=65536 "max_connections 200, shared_buffers 9830MB, effective_cache_size 48GB, maintenance_work_mem 2GB, work_mem 32MB, io_workers 3, $workers, $common"
  check_log variable POSTGRES_MEMORY=65536 '65536MB \(POSTGRES_MEMORY\)' '2 .*' 200 9830MB
  (( $(machine_mb) >= 65536 )) ||
    like "$(logs variable)" "WARNING:  POSTGRES_MEMORY is 64GB, more than the [0-9]+[MG]B that /proc/meminfo shows\$" 'POSTGRES_MEMORY=65536: more than the machine has'
  start_on variable variable -e POSTGRES_MEMORY=1024 -m 512m --cpus 2
  like "$(logs variable)" 'WARNING:  POSTGRES_MEMORY is 1GB, more than the limit of 512MB in /sys/fs/cgroup/.*: the kernel may end the server$' 'POSTGRES_MEMORY=1024 -m 512m: more than the limit'
}

machine_mb() { awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo; }

# What is planned for this machine, aza-plan says: the same formulas, in another program.
case_no_limit() {
  local planned
  new_volume machine
  start_on machine machine
  planned=$(build/bin/aza-plan --memory "$(machine_mb)MB" --cpus "$(nproc)" --preload "$(sql machine 'SHOW shared_preload_libraries')" --format conf |
    sed -n "s/^\([a-z_]*\) = '\([^']*\)'.*/\1 \2/p" | paste -sd ',' | sed 's/,/, /g')
  check_machine machine 'no limit' "$planned"
  check_log machine 'no limit' "$(machine_mb)MB \(/proc/meminfo\)" "$(nproc) .*" '[0-9]+' '[0-9]+[MG]B'
  like "$(logs machine)" 'WARNING:  memory comes from /proc/meminfo inside a container without a memory limit' 'no limit: a warning says that there is none'
}

two_gigabytes='max_connections 120, shared_buffers 512MB, effective_cache_size 1536MB, maintenance_work_mem 64MB, work_mem 4MB'
one_cpu='max_worker_processes 8, max_parallel_workers 1, max_parallel_workers_per_gather 1, max_parallel_maintenance_workers 1, io_workers 3'

case_cpu_limits() {
  new_volume cpus
  start_on cpus cpus -m 2g --cpus 0.5
  check_machine cpus '--cpus 0.5' "$two_gigabytes, $one_cpu, $common"
  check_log cpus '--cpus 0.5' "2048MB $group" '1 \(cgroup v[12] .*\)' 120 512MB
  start_on cpus cpus -m 2g --cpus 1
  check_machine cpus '--cpus 1' "$two_gigabytes, $one_cpu, $common"
  check_log cpus '--cpus 1' "2048MB $group" '1 \(cgroup v[12] .*\)' 120 512MB
  start_on cpus cpus -m 2g --cpus 2
  check_machine cpus '--cpus 2' "$two_gigabytes, io_workers 3, $workers, $common"
  check_log cpus '--cpus 2' "2048MB $group" '2 \(.*\)' 120 512MB
}

case_profiles() {
  new_volume profiles
  start_on profiles profiles -m 2g --cpus 1 -e POSTGRES_WORKLOAD_TYPE=oltp -e POSTGRES_STORAGE_TYPE=nvme
  check_machine profiles 'one CPU, oltp on nvme' "max_connections 160, shared_buffers 512MB, effective_cache_size 1536MB, maintenance_work_mem 64MB, work_mem 3MB,
max_worker_processes 8, max_parallel_workers 1, max_parallel_workers_per_gather 0, max_parallel_maintenance_workers 1, io_workers 3,
min_wal_size 2GB, max_wal_size 8GB, random_page_cost 1.1, effective_io_concurrency 1000, maintenance_io_concurrency 100,
default_statistics_target 100, jit off, autovacuum_worker_slots 16, autovacuum_max_workers 3, huge_pages off"
  start_on profiles profiles -m 2g -e POSTGRES_CPUS=16
  check_machine profiles POSTGRES_CPUS=16 "$two_gigabytes, max_worker_processes 34, max_parallel_workers 16, max_parallel_workers_per_gather 8, max_parallel_maintenance_workers 4,
io_workers 4, ${common/autovacuum_max_workers 3/autovacuum_max_workers 4}"
  check_log profiles POSTGRES_CPUS=16 "2048MB $group" '16 \(POSTGRES_CPUS\)' 120 512MB
}

# refused VARIABLE=VALUE MESSAGE DETAIL HINT: the start ends with all of them, and not with zero.
refused() {
  local status=0 output
  output=$(run_once -e POSTGRES_PASSWORD=x -e "$1" -v "$lab-bad:/var/lib/postgresql" aza-test-postgres) || status=$?
  is "$status" 1 "$1: exit status"
  is "$(sed -n 's/.*FATAL:  //p' <<<"$output")" "$2" "$1: what is wrong"
  is "$(sed -n 's/.*DETAIL:  //p' <<<"$output")" "$3" "$1: why"
  is "$(sed -n 's/.*HINT:  //p' <<<"$output")" "$4" "$1: what to do"
}

# A first start that ends so leaves nothing behind that a second one stumbles over.
case_bad_values() {
  new_volume bad
  local size='Use a number of megabytes, such as POSTGRES_MEMORY=2048, or a size with unit, such as 2GB.'
  refused 'POSTGRES_MEMORY=2 gigs' 'invalid value for POSTGRES_MEMORY: "2 gigs"' '"gigs" is not a unit: kB, MB, GB and TB are.' "$size"
  refused 'POSTGRES_MEMORY=0' 'invalid value for POSTGRES_MEMORY: "0"' 'The size must be more than zero.' "$size"
  refused 'POSTGRES_MEMORY=-1' 'invalid value for POSTGRES_MEMORY: "-1"' 'The size must not be negative.' "$size"
  refused 'POSTGRES_MEMORY=64' 'invalid value for POSTGRES_MEMORY: "64"' '64MB is less than 128MB, the least that a server starts with.' "$size"
  refused 'POSTGRES_CPUS=two' 'invalid value for POSTGRES_CPUS: "two"' 'The value is not a number.' \
    'Use a number of CPUs from 1 to 4096, such as POSTGRES_CPUS=2; a fraction is rounded up.'
  refused 'POSTGRES_WORKLOAD_TYPE=webby' 'invalid value for POSTGRES_WORKLOAD_TYPE: "webby"' '' 'Use mixed, web, oltp, dw or desktop.'
  refused 'POSTGRES_STORAGE_TYPE=floppy' 'invalid value for POSTGRES_STORAGE_TYPE: "floppy"' '' 'Use ssd, nvme, hdd or san.'
  refused 'POSTGRES_SHARED_PRELOAD_LIBRARIES=nosuch' 'library "nosuch" named in POSTGRES_SHARED_PRELOAD_LIBRARIES does not exist' \
    'There is no "nosuch.so" in "/usr/lib/postgresql/18/lib".' 'Install the library, or take it out of POSTGRES_SHARED_PRELOAD_LIBRARIES.'
  start_on bad bad
  is "$(sql bad 'SELECT 42')" 42 'with the value mended the same volume serves'
}
