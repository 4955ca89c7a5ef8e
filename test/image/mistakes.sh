# What people get wrong, and what they are told. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016  # names of lab.sh; what a shell in the container expands

# told WHAT STATUS MESSAGE ARGUMENT ...: a start with these arguments ends so, with exactly these lines of the entry point.
told() {
  local what=$1 want=$2 message=$3 output status=0
  shift 3
  output=$(run_once "$@" aza-test-postgres) || status=$?
  is "$status" "$want" "$what: exit status"
  is "$(sed -n '/^aza: ERROR/,$p' <<<"$output")" "$message" "$what: what is wrong, and what to do"
}

# in_volume NAME SCRIPT: as the image's user, before the first start.
in_volume() { run_once -v "$lab-$1:/var/lib/postgresql" --entrypoint sh aza-test-postgres -ec "$2"; }

case_misplaced_data() {
  local place=/var/lib/postgresql/18/docker upgrade
  upgrade='aza:   Bring the data over with pg_dumpall, from a container of that version into a new volume, or with pg_upgrade.'
  new_volume misplaced
  told "a volume where older images had it" 1 "aza: ERROR: a volume is mounted at \"/var/lib/postgresql/data\", but the data directory is \"$place\", outside of it
aza:   Mount the volume at /var/lib/postgresql." -v "$lab-misplaced:/var/lib/postgresql/data" -e POSTGRES_PASSWORD=x
  in_volume misplaced 'echo 17 >/var/lib/postgresql/PG_VERSION'
  told "an older version's volume" 1 "aza: ERROR: there is a cluster of PostgreSQL 17 in \"/var/lib/postgresql\", and none in \"$place\": this image serves PostgreSQL 18
$upgrade" -v "$lab-misplaced:/var/lib/postgresql" -e POSTGRES_PASSWORD=x
  told "an older version's volume, for root" 1 "aza: ERROR: there is a cluster of PostgreSQL 17 in \"/var/lib/postgresql\", and none in \"$place\": this image serves PostgreSQL 18
$upgrade" --user root -v "$lab-misplaced:/var/lib/postgresql" -e POSTGRES_PASSWORD=x
  told "an older version's data directory" 1 "aza: ERROR: the data directory \"/var/lib/postgresql\" holds a cluster of PostgreSQL 17: this image serves PostgreSQL 18
$upgrade" -v "$lab-misplaced:/var/lib/postgresql" -e PGDATA=/var/lib/postgresql -e POSTGRES_PASSWORD=x
  in_volume misplaced 'echo 18 >/var/lib/postgresql/PG_VERSION'
  told 'a cluster in another place' 1 "aza: ERROR: there is a cluster in \"/var/lib/postgresql\", and none in \"$place\"
aza:   Set PGDATA=/var/lib/postgresql to use it, or mount an empty volume at /var/lib/postgresql." -v "$lab-misplaced:/var/lib/postgresql" -e POSTGRES_PASSWORD=x
  is "$(in_volume misplaced 'ls -A /var/lib/postgresql')" PG_VERSION 'nothing of all this wrote into the volume'
  new_volume foreign
  in_volume foreign 'touch /var/lib/postgresql/notes'
  told 'files of somebody else' 1 "aza: ERROR: the data directory \"/var/lib/postgresql\" holds no cluster, but is not empty: there is \"notes\"
aza:   Name an empty folder with PGDATA, such as /var/lib/postgresql/pgdata." -v "$lab-foreign:/var/lib/postgresql" -e PGDATA=/var/lib/postgresql -e POSTGRES_PASSWORD=x
}

case_misspelt() {
  local output name known=()
  output=$(run_once -e POSTGRES_PASWORD=x -e POSTGRES_MEMROY=1024 -e POSTGRES_MEMORY= -e POSTGRES_USER=x aza-test-postgres || true)
  is "$(grep WARNING <<<"$output")" 'aza: WARNING: this image knows no variable POSTGRES_MEMROY: is it misspelt?
aza: WARNING: this image knows no variable POSTGRES_PASWORD: is it misspelt?' 'misspelt variables are named, and no others'
  # Without a password the start ends at once.
  for name in $(grep -oE '`POSTGRES_[A-Z_]*`' docs/docker.md | tr -d '`' | sort -u); do
    [ "$name" = POSTGRES_PASSWORD ] || known+=(-e "$name=x")
  done
  is "${#known[@]} $(run_once "${known[@]}" aza-test-postgres | grep WARNING || true)" '22 ' 'every variable that the documentation names is known'
}

case_standby_mistakes() {
  local network="$lab-lonely"
  told 'a standby without a password' 1 'aza: ERROR: PRIMARY_HOST is set, but no password for replication was given
aza:   Set PG_REPLICATION_PASSWORD or PG_REPLICATION_PASSWORD_FILE, as on the primary.' -e PRIMARY_HOST=primary
  told "a standby's slot with a bad name" 1 'aza: ERROR: invalid value for REPLICATION_SLOT_NAME: "Slot-1"
aza:   Use lower-case letters, digits and underscores.' -e PRIMARY_HOST=primary -e PG_REPLICATION_PASSWORD=x -e REPLICATION_SLOT_NAME=Slot-1
  docker network create --label "aza-test=$lab" "$network" >/dev/null
  run_detached early --network "$network" -e PRIMARY_HOST=late -e PG_REPLICATION_PASSWORD=x -e POSTGRES_EXPORTER_PASSWORD=y aza-test-postgres
  wait_for 20 eval '[[ $(logs early) == *waiting* ]]' || :
  is "$(logs early | grep waiting)" 'aza: waiting for the primary: late - no such host is known' 'a standby before its primary waits, and says for whom'
  run_detached late --network "$network" --network-alias late -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_for 60 ended early || :
  is "$(exit_status early)" 1 'a primary without a replication role: exit status'
  like "$(logs early)" 'FATAL:  no pg_hba.conf entry for replication connection from host' 'a primary without a replication role: what it says'
  like "$(logs early)" '^aza: ERROR: the primary at late refuses the replication user "replicator": see the line above$' 'a primary without a replication role: what is wrong'
  # As docs/stacks.md has it.
  docker exec -e POSTGRES_USER=postgres -e POSTGRES_DB=postgres -e PG_REPLICATION_USER=replicator -e PG_REPLICATION_PASSWORD=x -e REPLICATION_SLOT_NAME=replica_slot_1 \
    "$lab-late" /usr/local/share/aza/initdb.d/02-replication.sh >"$folder/late-role.log" 2>&1 || sed 's/^/# /' "$folder/late-role.log"
  docker start "$lab-early" >/dev/null
  wait_ready early || logs early | tail -n 20
  is "$(sql early 'SELECT pg_is_in_recovery()')" t 'with the role made later, the standby clones and follows'
}

# What the image's own scripts refuse: the same for a volume that is then not taken for a good one.
case_script_refusals() {
  local output status=0
  new_volume refusing
  output=$(run_once -v "$lab-refusing:/var/lib/postgresql" -e POSTGRES_PASSWORD=x -e PG_REPLICATION_PASSWORD=y -e REPLICATION_SLOT_NAME=Slot-1 aza-test-postgres) || status=$?
  is "$status" 1 "a primary's slot with a bad name: exit status"
  like "$output" '^02-replication: invalid value for REPLICATION_SLOT_NAME: "Slot-1": use lower-case letters, digits and underscores$' "a primary's slot with a bad name: what is wrong"
  output=$(run_once -v "$lab-refusing:/var/lib/postgresql" -e POSTGRES_PASSWORD=x aza-test-postgres || true)
  is "$(grep -A 1 'aza: ERROR' <<<"$output")" 'aza: ERROR: the data directory "/var/lib/postgresql/18/docker" was not initialised to its end: /usr/local/share/aza/initdb.d/02-replication.sh did not finish
aza:   Mend the script, empty the directory or remove the volume, and start again.' 'and the next start is refused'
  output=$(run_once -e POSTGRES_PASSWORD=x -e ENABLE_PGSODIUM_INIT=true aza-test-postgres || true)
  like "$output" '^02-replication: no PG_REPLICATION_PASSWORD, so no replication role and no slot$' 'without a password there is no replication, with a line'
  like "$output" '^03-pgsodium-init: this image has no pgsodium: /etc/postgresql/version-info.txt says what it has$' 'ENABLE_PGSODIUM_INIT where there is none: what is wrong'
  like "$output" '^aza: ERROR: /usr/local/share/aza/initdb.d/03-pgsodium-init.sh failed with status 1: the cluster is not complete' 'ENABLE_PGSODIUM_INIT where there is none: the start ends'
}

# A first start that is killed: in a script nothing can be said of the cluster; before that nothing of a user's is in it.
case_killed_at_first() {
  local files=$folder/killed
  rm -rf "$files"
  mkdir -p "$files"
  echo 'sleep 600' >"$files/50-slow.sh"
  new_volume killed
  run_detached killed -v "$lab-killed:/var/lib/postgresql" -v "$files:/docker-entrypoint-initdb.d:ro" -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_for 60 eval '[[ $(logs killed) == *"running /docker-entrypoint-initdb.d/50-slow.sh"* ]]' || :
  docker kill "$lab-killed" >/dev/null
  told 'a first start that was killed in a script' 1 'aza: ERROR: the data directory "/var/lib/postgresql/18/docker" was not initialised to its end: /docker-entrypoint-initdb.d/50-slow.sh did not finish
aza:   Mend the script, empty the directory or remove the volume, and start again.' -v "$lab-killed:/var/lib/postgresql" -e POSTGRES_PASSWORD=x
  new_volume begun
  in_volume begun 'mkdir -p "$PGDATA/.new"; echo empty >"$PGDATA/.aza-initialising"; echo 18 >"$PGDATA/.new/PG_VERSION"; touch "$PGDATA/global"'
  run_detached begun -v "$lab-begun:/var/lib/postgresql" -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready begun || { echo 'not ok - it begins anew'; logs begun | tail -n 20; return; }
  like "$(logs begun)" '^aza: an earlier start ended before it had made the cluster: beginning anew$' 'a first start that was killed before: the next one begins anew'
  is "$(in_container begun sh -c 'ls -A $PGDATA | grep -e "^\.new" -e "^\.aza" || true')" '' 'and leaves nothing of the first'
}
