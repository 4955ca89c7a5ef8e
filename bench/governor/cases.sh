# Sourced by bench/governor/run: one cluster with one table in a memory group of its own, and ways to start it.
# shellcheck shell=bash

group=/sys/fs/cgroup/memory/aza-bench-$$
folder=/tmp/aza-bench-governor

make_group() {  # make_group MEGABYTES
  mkdir -p "$group"
  # Without swap, as in a container with swap off; memsw is there only where the kernel counts swap.
  echo $(($1 * 1048576)) >"$group/memory.limit_in_bytes"
  [ ! -e "$group/memory.memsw.limit_in_bytes" ] || echo $(($1 * 1048576)) >"$group/memory.memsw.limit_in_bytes"
}

# A limit can only be lowered to what is free, and memsw not below the limit: so a fresh group for each case.
drop_group() {
  local try
  [ -d "$group" ] || return 0
  for try in 1 2 3 4 5 6 7 8 9 10; do
    rmdir "$group" 2>/dev/null && return
    sleep 0.5
  done
  echo "the group $group could not be removed after $try tries" >&2
}

oom_kills() { sed -n 's/^oom_kill //p' "$group/memory.oom_control"; }
peak_mb() { echo $(($(cat "$group/memory.max_usage_in_bytes") / 1048576)); }

start_in_group() {
  sh -c "echo 0 >$group/cgroup.procs && exec setpriv --reuid=postgres --regid=postgres --init-groups -- \
    $pg_bin/pg_ctl -D $folder/data -l $folder/server.log -w -t 60 start" >/dev/null
}

stop_server() { stop_cluster "$folder" immediate 2>/dev/null || stop_cluster "$folder" immediate 2>/dev/null || true; }

# What each of the contestants writes into postgresql.conf for this machine; a line at the end of the file wins.
settings_of() {  # settings_of NAME MEGABYTES
  case $1 in
    ours) echo "shared_preload_libraries = 'aza_autoconf'" ;;
    ours-off) echo "shared_preload_libraries = 'aza_autoconf'"; echo "aza.governor = off" ;;
    stock) ;;
    plain) "$repository/build/bin/aza-plan" --memory "$2" --cpus 2 --format conf 2>/dev/null | grep -v '^huge_pages' ;;
    *) cat "$repository/bench/governor/$1-$2.conf" ;;
  esac
}

heavy_table() {
  query "$folder" -q -c "CREATE TABLE t AS SELECT i AS id, (i * 7919::bigint % 300000)::int AS k, i % 100 AS g, md5(i::text) AS t
    FROM generate_series(1, 1000000) i" -c "VACUUM (FREEZE, ANALYZE) t" -c "CHECKPOINT"
}

# Waits until nothing of an earlier case is still being written, so that each begins alike.
settle() { sync; sleep 1; }
