# Every entry that the image ships: created after what it needs, and asked one thing that only it can answer.
# shellcheck shell=bash disable=SC2154,SC2016  # names of lab.sh; what a shell in the container expands

# NAME|ANSWER|QUERY. Tools answer on the command line: their query begins with a dollar.
questions() {
  cat <<'EOF'
auto_explain|3s|SHOW auto_explain.log_min_duration
btree_gin|1|CREATE TABLE g (n int); CREATE INDEX ON g USING gin (n); INSERT INTO g VALUES (7); SET enable_seqscan = off; SELECT count(*) FROM g WHERE n = 7
btree_gist|conflicting key value violates exclusion constraint "r_room_during_excl"|CREATE TABLE r (room int, during int4range, EXCLUDE USING gist (room WITH =, during WITH &&)); INSERT INTO r VALUES (1, '[1,5)'), (1, '[4,9)')
pg_stat_statements|t|SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE 'CREATE EXTENSION%'
pg_trgm|0.5|SELECT round(similarity('container', 'containment')::numeric, 1)
plpgsql|42|DO $$ BEGIN RAISE NOTICE 'in plpgsql'; END $$; SELECT 42
pg_cron|1|SELECT cron.schedule('every second', '1 second', 'SELECT 42')
pgaudit|none|SET pgaudit.log = 'none'; SHOW pgaudit.log
vector|3|SELECT '[1,2,3]'::vector <-> '[1,2,0]'
timescaledb|t|CREATE TABLE ts (at timestamptz NOT NULL, v float); SELECT create_hypertable('ts', 'at') IS NOT NULL
postgis|5|SELECT ST_Distance('POINT(0 0)'::geometry, 'POINT(3 4)'::geometry)
pg_partman|t|CREATE TABLE public.parts (at timestamptz NOT NULL) PARTITION BY RANGE (at); SELECT create_parent('public.parts', 'at', '1 day')
pg_repack|t|SELECT repack.version() LIKE 'pg_repack 1.5%'
plpgsql_check|t|CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN no_such_column FROM pg_class; END $$; SELECT plpgsql_check_function('broken()') LIKE '%no_such_column%' LIMIT 1
hll|3|SELECT hll_cardinality(hll_add_agg(hll_hash_integer(n)))::int FROM unnest(ARRAY[1, 2, 3, 3]) AS n
http|a+b%26c|SELECT urlencode('a b&c')
hypopg|t|CREATE TABLE h (n int); SELECT indexname LIKE '%btree_h_n%' FROM hypopg_create_index('CREATE INDEX ON h (n)')
pgrouting|2|CREATE TABLE e (id int, source int, target int, cost float); INSERT INTO e VALUES (1, 1, 2, 1), (2, 2, 3, 1); SELECT agg_cost FROM pgr_dijkstra('SELECT * FROM e', 1, 3) WHERE edge = -1
rum|1|CREATE TABLE d (v tsvector); CREATE INDEX ON d USING rum (v rum_tsvector_ops); INSERT INTO d VALUES (to_tsvector('a quick fox')); SELECT count(*) FROM d WHERE v @@ to_tsquery('fox')
set_user|t|SELECT set_user('postgres') = 'OK'
pgq|1|SELECT pgq.create_queue('letters')
wal2json|"table":"w","columnnames":["n"]|SELECT FROM pg_create_logical_replication_slot('j', 'wal2json'); CREATE TABLE w (n int); INSERT INTO w VALUES (1); SELECT data FROM pg_logical_slot_get_changes('j', NULL, NULL) WHERE data LIKE '%"w"%'
pgbackrest|pgBackRest 2.|$pgbackrest version
pgbadger|pgBadger version|$pgbadger --version
EOF
}

case_extensions() {
  local name answer query wanted got
  run_detached extensions -m 2g -e POSTGRES_PASSWORD=x \
    -e POSTGRES_SHARED_PRELOAD_LIBRARIES=pg_stat_statements,auto_explain,pg_cron,pgaudit,timescaledb,set_user,pg_partman_bgw \
    aza-test-postgres -c wal_level=logical -c output_plugin_libraries=wal2json -c set_user.superuser_allowlist=postgres
  wait_ready extensions || { echo 'not ok - it starts with every library'; logs extensions | tail -n 30; return; }
  is "$(sql extensions 'SHOW shared_preload_libraries')" \
    aza_autoconf,pg_stat_statements,auto_explain,pg_cron,pgaudit,timescaledb,set_user,pg_partman_bgw 'POSTGRES_SHARED_PRELOAD_LIBRARIES replaces the list'
  is "$(sql extensions "SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension")" \
    aza_autoconf,pg_cron,pg_stat_statements,pg_trgm,pgaudit,plpgsql,vector 'the baseline is created, and nothing else'
  wanted=$(in_container extensions sed -n 's/^has \([^ ]*\) .*/\1/p' /etc/postgresql/version-info.txt | sort)
  is "$(questions | cut -d '|' -f 1 | sort)" "$wanted" 'there is a question for every entry that the image says it has'
  while IFS='|' read -r name answer query; do
    got=$(answer_of "$name" "$query" </dev/null)
    if [ "${got/"$answer"/}" != "$got" ]; then echo "ok - $name answers"; else is "$got" "$answer" "$name answers"; fi
  done < <(questions)
  wait_for 20 eval "[ \"\$(sql extensions \"SELECT count(*) > 0 FROM cron.job_run_details WHERE status = 'succeeded'\")\" = t ]" || :
  is "$(sql extensions "SELECT DISTINCT status || return_message FROM cron.job_run_details WHERE status = 'succeeded'")" 'succeeded1 row' 'pg_cron runs its job'
}

answer_of() {
  case $2 in \$*) docker exec "$lab-extensions" sh -c "${2#\$}" 2>&1; return ;; esac
  docker exec "$lab-extensions" psql -XAtq -U postgres -c "$(creation_of "$1")" >/dev/null 2>"$folder/create.log" || { cat "$folder/create.log"; return; }
  docker exec -i -e PGOPTIONS='-c client_min_messages=error' "$lab-extensions" psql -XAtq -U postgres 2>&1 <<<"$2" | sed '/^$/d' | head -n 3 | paste -sd ' ' || true
}

# What has a control file is created; CASCADE brings what it needs.
creation_of() {
  if docker exec "$lab-extensions" test -e "/usr/share/postgresql/18/extension/$1.control"; then
    echo "CREATE EXTENSION IF NOT EXISTS $1 CASCADE"
  else
    echo 'SELECT 1'
  fi
}

case_fewer_libraries() {
  run_detached fewer -e POSTGRES_PASSWORD=x -e 'POSTGRES_SHARED_PRELOAD_LIBRARIES=pg_stat_statements, auto_explain' aza-test-postgres
  wait_ready fewer || { echo 'not ok - it starts without pg_cron'; logs fewer; return; }
  is "$(sql fewer 'SHOW shared_preload_libraries')" aza_autoconf,pg_stat_statements,auto_explain 'libraries can be left out'
  like "$(logs fewer)" 'aza: not created, since it is not preloaded: pg_cron' 'and their extensions are, with a line'
  is "$(sql fewer "SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension")" \
    aza_autoconf,pg_stat_statements,pg_trgm,plpgsql,vector 'all others are there'
}

case_record() {
  local text
  text=$(run_once aza-test-postgres cat /etc/postgresql/version-info.txt)
  like "$text" '^PostgreSQL 18\.[0-9]+$' 'the record names the server'
  like "$text" '^channel debian$' 'and the channel'
  like "$text" '^sources skip$' 'and what SOURCES was'
  is "$(sed -n 's/^missing //p' <<<"$text" | sort | paste -sd ' ')" \
    "$(awk '$3 == "enabled" && $2 != "builtin" && !/ debian:/ { print $1 }' manifest/generated/version-info.txt | sort | paste -sd ' ')" \
    'and every entry that SOURCES=skip left out'
  is "$(run_once aza-test-postgres cat /etc/postgresql/version-info.json | json_query '[.entries[].name] + .missing | sort | join(" ")')" \
    "$(awk '$3 == "enabled" { print $1 }' manifest/generated/version-info.txt | LC_ALL=C sort | paste -sd ' ')" 'the JSON holds the same'
  is "$(run_once aza-test-postgres cat /etc/postgresql/sbom.spdx.json | json_query '.spdxVersion + " " + (.packages[] | select(.name == "postgresql-18") | .versionInfo)')" \
    "SPDX-2.3 $(run_once aza-test-postgres dpkg-query -W -f '${Version}' postgresql-18)" 'the SBOM names the packages'
  check_content
  like "$(docker image inspect -f '{{json .Config.Labels}}' aza-test-postgres)" '"org.opencontainers.image.title":"aza-postgres"' 'OCI labels'
  unlike "$(docker image inspect aza-test-postgres)" 'PASSWORD' 'no password in the image'
  is "$(run_once aza-test-postgres sh -c 'find /usr/lib/postgresql/18/lib/bitcode /usr/share/postgresql/18/man/man7 /var/lib/apt/lists /usr/lib/gcc -type f 2>/dev/null | wc -l')" 0 'no bitcode, manual pages, package lists or compiler'
  is "$(run_once --user root aza-test-postgres sh -c 'find /etc/ssl/private -type f; cat /etc/machine-id; cut -d : -f 3 /etc/shadow | sort -u')" '' \
    "no key, no machine's identity and no day of the build"
}

# The image holds what aza-build's record lists, and in the folders of the extensions nothing else but the server's own.
check_content() {
  local record=$folder/installed.json
  run_once aza-test-postgres cat /usr/share/aza-build/installed.json >"$record"
  like "$(run_once --user root -v "$PWD/build/bin/aza-build:/aza-build:ro" --entrypoint /aza-build aza-test-postgres verify / || true)" \
    '^/: [0-9]+ entries, [0-9]+ files, all as recorded$' 'aza-build verify: nothing is missing, changed or foreign'
  is "$(run_once aza-test-postgres sh -c 'find /usr/share/postgresql/18/extension -name "*.control"' | sort)" \
    "$(json_query '[.entries[] | select(.enabled) | .files[].path] + [.baseline[].path] | .[] | select(endswith(".control")) | "/" + .' <"$record" | sort)" \
    'every control file is in the record'
  is "$(json_query '.baseline[].path | select(endswith(".control")) | sub(".*/"; "")' <"$record" | grep -c aza_autoconf)" 1 'with aza_autoconf'
  is "$(json_query '[.entries[] | select(.enabled) | .name] | sort | join(" ")' <"$record")" \
    "$(run_once aza-test-postgres sed -n 's/^has \([^ ]*\) .*/\1/p' /etc/postgresql/version-info.txt | LC_ALL=C sort | paste -sd ' ')" \
    'version-info.txt names the same entries'
  is "$(run_once aza-test-postgres cat /etc/postgresql/sbom.spdx.json | json_query '[.packages[].name] | contains(["vector", "aza_autoconf", "libc6"])')" true \
    'the SBOM names entries, aza_autoconf and packages'
  is "$(run_once --user root -v "$PWD/build/bin/aza-build:/aza-build:ro" --entrypoint sh aza-test-postgres -c \
    'cd /usr/share/postgresql/18/extension && touch stranger.control && rm hll.control && echo >>vector.control && /aza-build verify /' | sed 's/: [a-z]* installed.*//')" \
    "$(printf '/usr/share/postgresql/18/extension/%s\n' 'hll.control: missing: a file of hll' 'vector.control: changed' 'stranger.control: foreign: no entry installed it')" \
    'and would be found where something were'
}
