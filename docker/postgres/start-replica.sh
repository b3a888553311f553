#!/usr/bin/env bash
# Entrypoint of a read replica: copies the primary when there is no data yet, then starts as the image does.
set -euo pipefail
: "${PGDATA:?}" "${PRIMARY_HOST:?}" "${PRIMARY_PORT:?}" "${REPLICATION_PASSWORD:?}"

# A password file, because the server itself must know the password too, at each reconnection, and a URL with it
# would be seen in pg_stat_wal_receiver. Written anew at each start: the password may have changed.
passfile=$(dirname "$PGDATA")/replication.pgpass
escaped=${REPLICATION_PASSWORD//\\/\\\\}
escaped=${escaped//:/\\:}
(umask 077 && printf '%s:%s:replication:replicator:%s\n' "$PRIMARY_HOST" "$PRIMARY_PORT" "$escaped" >"$passfile")

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  echo "copying the primary $PRIMARY_HOST:$PRIMARY_PORT"
  unfinished=$PGDATA.unfinished
  rm -rf "$unfinished" # of a start that was cut off
  pg_basebackup --pgdata="$unfinished" --write-recovery-conf --wal-method=stream --checkpoint=fast --no-password \
    --dbname="host=$PRIMARY_HOST port=$PRIMARY_PORT user=replicator passfile=$passfile application_name=replica"
  rm -rf "$PGDATA" # empty, or it would not be without PG_VERSION
  mv "$unfinished" "$PGDATA"
fi

exec docker-entrypoint.sh "$@"
