# Sourced by bench/governor/run: one cluster with two tables, started in a memory group of its own with a contestant's settings.
# shellcheck shell=bash disable=SC2154  # names of tools/private_server.sh

group=/sys/fs/cgroup/memory/aza-bench-$$
folder=/tmp/aza-bench-governor

make_group() {  # make_group MEGABYTES
  mkdir -p "$group"
  # Without swap, as in a container with swap off; memsw is there only where the kernel counts swap.
  echo $(($1 * 1048576)) >"$group/memory.limit_in_bytes"
  [ ! -e "$group/memory.memsw.limit_in_bytes" ] || echo $(($1 * 1048576)) >"$group/memory.memsw.limit_in_bytes"
}

# A limit can only be lowered to what is free, and memsw not below the limit: so a fresh group for each contest.
drop_group() {
  local try
  [ -d "$group" ] || return 0
  for try in 1 2 3 4 5 6 7 8 9 10; do
    rmdir "$group" 2>/dev/null && return
    sleep 0.5
  done
  echo "the group $group could not be removed after $try tries" >&2
}

kernel_kills() { sed -n 's/^oom_kill //p' "$group/memory.oom_control"; }
peak_mb() { echo $(($(cat "$group/memory.max_usage_in_bytes") / 1048576)); }

start_in_group() {
  sh -c "echo 0 >$group/cgroup.procs && exec setpriv --reuid=postgres --regid=postgres --init-groups -- \
    $pg_bin/pg_ctl -D $folder/data -l $folder/server.log -w -t 60 start" >/dev/null
}

stop_server() { stop_cluster "$folder" immediate 2>/dev/null || stop_cluster "$folder" immediate 2>/dev/null || true; }

least() { if (($1 < $2)); then echo "$1"; else echo "$2"; fi; }
most() { if (($1 > $2)); then echo "$1"; else echo "$2"; fi; }

# pgtune's published rules (le0pard/pgtune) for mixed, SSD, less than four CPUs, and a database that fits into the memory.
pgtune_settings() {  # pgtune_settings MEGABYTES CONNECTIONS
  local shared=$(($1 / 4))
  cat <<EOF
max_connections = $2
shared_buffers = ${shared}MB
effective_cache_size = $(($1 * 3 / 4))MB
maintenance_work_mem = $(($1 / 16))MB
wal_buffers = $(least $((shared * 1024 * 3 / 100)) 16384)kB
work_mem = $(most $((($1 - shared) * 1024 * 13 / (($2 + 8) * 3 * 2 * 10))) 4096)kB
default_statistics_target = 100
random_page_cost = 1.1
effective_io_concurrency = 200
huge_pages = off
min_wal_size = 1GB
max_wal_size = 4GB
jit = off
EOF
}

# timescaledb-tune's published rules (timescale/timescaledb-tune 0.19) for two CPUs and this many connections.
timescaledb_settings() {  # timescaledb_settings MEGABYTES CONNECTIONS
  cat <<EOF
max_connections = $2
shared_buffers = $(($1 / 4))MB
effective_cache_size = $(($1 * 3 / 4))MB
maintenance_work_mem = $(least $(($1 / 8)) 2047)MB
work_mem = $(most $(($1 * 400 / $2)) 64)kB
max_worker_processes = 21
max_parallel_workers = 2
max_parallel_workers_per_gather = 1
wal_buffers = $(least $((7864 * $1 / 1024)) 16384)kB
min_wal_size = 512MB
max_wal_size = 1GB
random_page_cost = 1.1
effective_io_concurrency = 256
default_statistics_target = 100
autovacuum_max_workers = 10
max_locks_per_transaction = 128
EOF
}

# What each contestant writes into postgresql.conf for a machine of two CPUs; a line at the end of the file wins.
settings_of() {  # settings_of CONTESTANT MEGABYTES CONNECTIONS
  case $1 in
    ours | ours:*) echo "shared_preload_libraries = 'aza_autoconf'" ;;
    static-*) echo "shared_preload_libraries = 'aza_autoconf'"; echo 'aza.governor = off' ;;
    stock) ;;
    plain) "$repository/build/bin/aza-plan" --memory "$2" --cpus 2 --format conf 2>/dev/null | grep -v '^huge_pages' ;;
    pgtune) pgtune_settings "$2" "$3" ;;
    timescaledb) timescaledb_settings "$2" "$3" ;;
    *) echo "bench: there is no contestant $1" >&2; return 2 ;;
  esac
  case $1 in *:*) echo "${1#*:}" ;; esac
}

# The table of the issue: a million rows; and one whose generic plans are large.
make_tables() {
  query "$folder" -q <<'EOF'
CREATE TABLE t AS SELECT i AS id, (i * 7919::bigint % 300000)::int AS k, i % 100 AS g, md5(i::text) AS t FROM generate_series(1, 1000000) i;
VACUUM (FREEZE, ANALYZE) t;
CREATE TABLE parts (id int, t text) PARTITION BY HASH (id);
SELECT format('CREATE TABLE parts_%s PARTITION OF parts FOR VALUES WITH (MODULUS 40, REMAINDER %s)', i, i) FROM generate_series(0, 39) i
\gexec
CREATE INDEX ON parts (id);
INSERT INTO parts SELECT i, i::text FROM generate_series(1, 4000) i;
ANALYZE parts;
CHECKPOINT;
EOF
}

# Waits until nothing of an earlier contest is still being written, so that each begins alike.
settle() { sync; sleep 1; }
