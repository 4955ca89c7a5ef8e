# hadolint's rules, as far as shellcheck and a search can check them. A check prints what is wrong, and nothing else.
# Sourced by the suite image.
# shellcheck shell=bash

docker_files() { git ls-files '*Dockerfile'; }

# instructions FILE: one a line, as NUMBER:INSTRUCTION ARGUMENTS; a comment that ignores a rule stays with what follows.
instructions() {
  awk '/^[[:space:]]*#/ { if (/hadolint ignore=/) { sub(/.*ignore=/, ""); ignored = $0 } next }
       /^[[:space:]]*$/ { next }
       { if (whole == "") first = FNR; more = sub(/\\$/, ""); whole = whole $0 (more ? " " : "")
         if (more) next
         print first ":" whole (ignored == "" ? "" : " # ignored " ignored); whole = ""; ignored = "" }' "$1"
}

# each PATTERN RULE: instructions that match; RULE may be ignored with a comment, as in hadolint.
each() {
  local file
  while read -r file; do
    instructions "$file" | grep -E "^[0-9]+:($1)" | grep -vE "# ignored .*\b$2\b" | sed "s|^|$file:|; s|\$| ($2)|"
  done < <(docker_files)
}

# A stage's base: a tag that is not latest, a digest, an earlier stage, or an argument whose default is one of these.
bases_not_pinned() {
  local file base
  while read -r file; do
    while read -r base; do
      case $base in '${BASE_IMAGE}') base=$(sed -n 's/^ARG BASE_IMAGE=//p' "$file" | head -n 1); base=${base:-none:given} ;; esac
      case $base in
        *:latest) echo "$file: FROM $base is latest (DL3007)" ;;
        *:*) ;;
        *) grep -qE "^FROM .* AS $base\$" "$file" || echo "$file: FROM $base has no tag (DL3006)" ;;
      esac
    done < <(sed -n 's/^FROM \([^ ]*\).*/\1/p' "$file")
  done < <(docker_files)
}

# What RUN runs, through shellcheck, with the stage's arguments and variables given.
shell_of_run() {
  local file number command
  while read -r file; do
    while IFS=: read -r number command; do
      # shellcheck disable=SC2001
      { echo '#!/bin/sh'; sed -nE 's/^ARG ([A-Z_]+).*/export \1=x/p' "$file"; sed 's/ # ignored .*//; s/^RUN //' <<<"$command"; } >"$folder/run.sh"
      tools/toolbox run shellcheck -f gcc "${folder#"$PWD/"}/run.sh" | sed "s|^[^ ]*|$file:$number:|"
    done < <(instructions "$file" | grep -E '^[0-9]+:RUN ')
  done < <(docker_files)
}

# The last stage runs as nobody special. A tool's image may need root: it says so by ignoring the rule.
runs_as_root() {
  local file user
  while read -r file; do
    user=$(instructions "$file" | sed 's/^[0-9]*://' | awk '/^FROM / { user = "root" } /^USER / { user = $2 } END { print user }')
    case $user in root | 0 | 0:*) grep -q '# hadolint ignore=.*DL3002' "$file" || echo "$file: the last stage runs as root (DL3002)" ;; esac
  done < <(docker_files)
}

more_than_one() { # more_than_one INSTRUCTION RULE: of which only a stage's last counts
  local file
  while read -r file; do
    instructions "$file" | sed 's/^[0-9]*://' | awk -v what="$1" -v rule="$2" -v file="$file" \
      '$1 == "FROM" { n = 0 } $1 == what && ++n == 2 { print file ": more than one " what " in a stage (" rule ")" }'
  done < <(docker_files)
}

copies_to_files() { each 'COPY ([^ ]+ ){2,}[^ ]*[^/ ]$' DL3021 | grep -vE 'COPY (--[a-z]+=[^ ]+ )*[^ ]+ [^ ]+ \(' || true; }
unknown_stages() {
  local file stage
  while read -r file; do
    while read -r stage; do
      grep -qE "^FROM .* AS $stage\$" "$file" || echo "$file: COPY --from=$stage: no such stage (DL3022)"
    done < <(sed -nE 's/^COPY .*--from=([^ ]+).*/\1/p' "$file" | sort -u)
  done < <(docker_files)
}

# Each of these lines breaks a rule.
bad_dockerfile() {
  cat <<'BAD'
FROM debian:latest
FROM debian
MAINTAINER nobody
ARG DATABASE_PASSWORD
WORKDIR here
ADD files /files
COPY one two three
COPY --from=nowhere /a /b/
RUN echo $unquoted
RUN sudo apt update; true
RUN cd /tmp && apt-get install vim && \
    apt-get upgrade | cat
RUN useradd --uid 1000000 many
CMD echo a
CMD ["echo", "b"]
BAD
}

# The rules by the names of those that were broken.
all_rules() {
  {
    bases_not_pinned; shell_of_run; runs_as_root; more_than_one CMD DL4003; old_instructions; bad_commands; bad_packages; each 'RUN .*apt-get install' DL3008
    each "$pipe" DL4006; copies_to_files; unknown_stages; each "$large_id" DL3046; each "$never_fails" no-failure; each "$secret" no-secret
  } | grep -oE '\(?(DL[0-9]+|no-[a-z]+)\)|SC[0-9]+' | tr -d '()' | sort -u | paste -sd ' '
}

pipe='RUN .*[^|]\|[^|]'
never_fails='RUN .*(\|\||;) *(true|:)'
secret='(ENV|ARG) [^ ]*(PASS|SECRET|TOKEN|KEY)'
large_id='RUN .*useradd.* --uid [0-9]{6,}'
old_instructions() { each 'MAINTAINER' DL4000; each 'ADD ' DL3020; each 'WORKDIR [^/$]' DL3000; each '(CMD|ENTRYPOINT) [^[]' DL3025; }
bad_commands() { each 'RUN .*\bsudo\b' DL3004; each 'RUN cd ' DL3003; each 'RUN .*\bapt ' DL3027; each 'RUN .*apt-get (dist-)?upgrade' DL3005; }
bad_packages() {
  each 'RUN .*apt-get install' DL3014 | grep -v 'install -y'
  each 'RUN .*apt-get install' DL3015 | grep -v -e --no-install-recommends
  each 'RUN .*apt-get' DL3009 | grep -v 'rm -rf /var/lib/apt/lists'
}

case_dockerfiles() {
  mkdir -p "$folder"
  bad_dockerfile >"$folder/bad.Dockerfile"
  is "$(docker_files() { echo "$folder/bad.Dockerfile"; }; all_rules)" \
    'DL3000 DL3002 DL3003 DL3004 DL3005 DL3006 DL3007 DL3008 DL3009 DL3014 DL3015 DL3020 DL3021 DL3022 DL3025 DL3027 DL3046 DL4000 DL4003 DL4006 SC2086 SC2154 no-failure no-secret' \
    'every rule finds what breaks it'
  is "$(docker_files | paste -sd ' ')" 'docker/Dockerfile docker/compose/Dockerfile docker/exporter/Dockerfile docker/pgbouncer/Dockerfile test/image/monitoring.Dockerfile' 'the Dockerfiles'
  is "$(bases_not_pinned)" '' 'DL3006, DL3007: every base has a tag, and none is latest'
  is "$(shell_of_run)" '' 'SC: shellcheck finds nothing in what RUN runs'
  is "$(runs_as_root)" '' 'DL3002: the last user is not root'
  is "$(more_than_one CMD DL4003; more_than_one ENTRYPOINT DL4004; more_than_one HEALTHCHECK DL3012)" '' 'DL4003, DL4004, DL3012: one CMD, ENTRYPOINT and HEALTHCHECK a stage'
  is "$(grep -vE '^(#|$)' docker/packages.debian | grep -vE '^[a-z-]+ [^ =]+=[^ =]+$')" '' "every package that the image installs has a version"
  is "$(old_instructions)" '' 'DL4000, DL3020, DL3000, DL3025: no MAINTAINER or ADD, absolute folders, commands as lists'
  is "$(bad_commands)" '' 'DL3004, DL3003, DL3027, DL3005: no sudo, cd, apt or upgrade'
  is "$(each 'RUN .*apt-get install' DL3008)" '' 'DL3008: packages have versions, or the rule is ignored'
  is "$(bad_packages)" '' 'DL3014, DL3015, DL3009: apt-get asks nothing, brings what is named, and leaves no lists'
  is "$(each "$pipe" DL4006)" '' 'DL4006: no pipe that would swallow a failure'
  is "$(each "$never_fails" no-failure)" '' 'no RUN that cannot fail'
  is "$(copies_to_files; unknown_stages)" '' 'DL3021, DL3022: COPY of several files goes to a folder, and from a stage that is there'
  is "$(each "$large_id" DL3046)" '' 'DL3046: no large user id'
  is "$(each "$secret" no-secret)" '' 'no variable of the build holds a secret'
}
