# shellcheck shell=sh
# TLS, where a certificate is mounted.

tls_folder=${TLS_FOLDER:-/etc/postgresql/tls}

# Says what the server gets: one option a line.
tls_options() {
  if [ ! -e "$tls_folder/server.crt" ]; then
    say "no certificate at $tls_folder/server.crt: connections are not encrypted"
    return
  fi
  for tls_file in server.crt server.key; do
    [ -r "$tls_folder/$tls_file" ] || fail "cannot read \"$tls_folder/$tls_file\" as user $(id -u)" \
      "Let the file belong to that user, with mode 0600."
  done
  say "TLS is on, with the certificate $tls_folder/server.crt"
  printf '%s\n' ssl=on "ssl_cert_file=$tls_folder/server.crt" "ssl_key_file=$tls_folder/server.key"
  [ ! -e "$tls_folder/ca.crt" ] || echo "ssl_ca_file=$tls_folder/ca.crt"
}
