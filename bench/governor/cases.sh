# Sourced by bench/governor/run: the cases. Each says how much memory and how many clients, which script each client runs once, who
# contests, and what goes on beside.
# shellcheck shell=bash disable=SC2034,SC2154  # read by run; names of tools/private_server.sh

statics='static-1 static-2 static-3 static-5 static-8 static-15 static-25 static-75'

machine() { megabytes=$1 clients=$2 script=bench/governor/scripts/$3.sql; }

# The contest that the governor was made for: the best number of clients at a time is found by trying.
case_base() { machine 512 75 three-queries; contestants="stock plain pgtune timescaledb $statics ours ours:aza.max_query_memory=-1"; }

case_1g_100() { machine 1024 100 three-queries; contestants='plain ours'; }
case_1g_200() { machine 1024 200 three-queries; contestants='plain ours'; }
case_2g_100() { machine 2048 100 three-queries; contestants='plain ours'; }
case_2g_200() { machine 2048 200 three-queries; contestants='plain ours'; }
case_parallel() { machine 1024 75 parallel; contestants='plain ours'; }
case_underestimated() { machine 512 75 underestimated; contestants='plain ours'; }
case_arrays() { machine 2048 40 arrays; contestants='plain ours'; }
case_array_too_large() { machine 512 10 array-too-large; contestants='plain ours'; }
case_outgrown() { machine 1024 50 outgrown; contestants='plain ours'; }
case_endless() { machine 512 10 endless; contestants='plain ours'; }
case_index() { machine 512 40 three-queries; contestants='plain ours'; beside=index; }
case_idle() { machine 2048 20 three-queries; contestants='plain ours'; beside=idle; idle=200; }
case_prepared() {
  machine 1024 200 three-queries
  script=$folder/prepared.sql contestants='plain ours'
  prepared_statements 60 20 >"$script"
}

# Nobody waits and much is free: whether it pays to grant more than work_mem, which decides the default of aza.max_query_memory.
case_elastic() { machine 4096 60 three-queries; at_once=2; contestants='ours ours:aza.max_query_memory=-1'; }

all_cases() { declare -F | sed -n 's/^declare -f case_//p'; }

# Indexes are built over and over until the queries are done.
beside_index() { while query "$folder" -q -f bench/governor/scripts/index.sql; do :; done >"$folder/index.log" 2>&1; }

# A session that prepares so many statements, each with a plan of forty partitions (60 kB), and keeps them for a while.
prepared_statements() {  # prepared_statements COUNT SECONDS
  local n
  echo 'SET plan_cache_mode = force_generic_plan;'
  for n in $(seq "$1"); do
    echo "PREPARE s$n (int) AS SELECT count(*) FROM parts WHERE id = \$1;"
    echo "EXECUTE s$n (:client_id + 1);"
  done
  echo "\\sleep $2 s"
}

beside_idle() {
  prepared_statements 15 600 >"$folder/idle.sql"
  as_server_user pgbench -h "$folder" -U postgres -n -f "$folder/idle.sql" -c "$idle" -j 2 -t 1 postgres >"$folder/idle.log" 2>&1
}
idle_sessions() { query "$folder" -qAt -c "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle' AND query LIKE 'EXECUTE s15 %'" postgres; }
ready_idle() { (($(idle_sessions 2>/dev/null || echo 0) >= idle)); }
