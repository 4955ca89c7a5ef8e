# TLS 1.3 where a certificate is mounted, and nothing less. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016

case_tls() {
  local files=$folder/tls
  make_certificate "$files" 999
  run_detached tls -v "$files:/etc/postgresql/tls:ro" -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready tls || { echo 'not ok - it starts with a certificate'; logs tls | tail -n 20; return; }
  like "$(logs tls)" 'aza: TLS is on, with the certificate /etc/postgresql/tls/server.crt' 'with a certificate it says so'
  is "$(over_tls 'sslmode=require')" TLSv1.3 'and speaks TLS 1.3'
  like "$(over_tls 'sslmode=require ssl_min_protocol_version=TLSv1.2 ssl_max_protocol_version=TLSv1.2' || true)" 'protocol version|alert' 'and refuses 1.2'
  chmod 000 "$files/server.key"
  chown 0:0 "$files/server.key"
  like "$(run_once -v "$files:/etc/postgresql/tls:ro" -e POSTGRES_PASSWORD=x aza-test-postgres || true)" \
    'ERROR: cannot read "/etc/postgresql/tls/server.key" as user 999' 'a key it may not read is named'
  like "$(run_once aza-test-postgres || true)" 'aza: no certificate at /etc/postgresql/tls/server.crt: connections are not encrypted' 'without one it says so'
}

over_tls() {
  docker exec -e PGPASSWORD=x "$lab-tls" psql -XAtq "host=127.0.0.1 user=postgres dbname=postgres $1" \
    -c 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()' 2>&1
}
