#!/usr/bin/env bash
# docker-compose.yml is valid with and without its profiles, has no default for a secret, and knows every variable
# that the server reads; so does .env.example. Needs `docker compose` or docker-compose, but no Docker engine.
set -euo pipefail
cd "$(dirname "$0")/.."

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
command -v "${compose[0]}" >/dev/null || {
  echo 'Neither `docker compose` nor docker-compose is installed.' >&2
  exit 1
}

env_file=$(mktemp) # empty: a developer's own .env must not count
trap 'rm -f "$env_file"' EXIT
secrets=(POSTGRES_PASSWORD REPLICATION_PASSWORD JWT_SECRET)
config() { env "$@" "${compose[@]}" --env-file "$env_file" "${profile[@]}" config; }

for profile_name in '' replica monitoring; do
  profile=(${profile_name:+--profile "$profile_name"})
  given=("${secrets[@]/%/=placeholder-placeholder}")
  config "${given[@]}" >/dev/null
  for secret in "${secrets[@]}"; do
    if config "${given[@]}" "$secret=" >/dev/null 2>&1; then
      echo "docker-compose.yml starts without a $secret" >&2
      exit 1
    fi
  done
done

status=0
for variable in $(sed -n 's/^  \([A-Z][A-Z_]*\): .*/\1/p' src/kernel/config/*.ts); do
  if ! grep -Eq "^(# )?$variable=" .env.example; then
    echo ".env.example does not explain $variable" >&2
    status=1
  fi
  case $variable in DATA_DIR | DEMO_EVENTS) continue ;; esac # of the embedded database, which no container has
  if ! grep -Eq "^      $variable:" docker-compose.yml; then
    echo "docker-compose.yml does not pass $variable on" >&2
    status=1
  fi
done

# A folder that is not there would be made, empty and root's, where it is mounted.
given=("${secrets[@]/%/=placeholder-placeholder}") profile=(--profile '*')
for mounted in $(sed -n 's/^ *- \(\.\/[^:]*\):.*:ro$/\1/p' docker-compose.yml); do
  if [ ! -e "$mounted" ]; then
    echo "docker-compose.yml mounts $mounted, which is not there" >&2
    status=1
  fi
done
for image in $(config "${given[@]}" | sed -n 's/^ *image: //p'); do
  case $image in
    *:latest) [ "$image" = ethhook-admin:latest ] && continue ;;
    *:*) continue ;;
  esac
  echo "docker-compose.yml pins no version of $image" >&2
  status=1
done

for script in docker/postgres/*.sh; do bash -n "$script"; done
exit $status
