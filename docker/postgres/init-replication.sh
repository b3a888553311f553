#!/usr/bin/env bash
# Run by the postgres image, once, when its volume is empty: what a replica and the query statistics need.
set -euo pipefail
: "${REPLICATION_PASSWORD:?}"

# The password comes from the environment, not from a command line that others can see. Neither pg_stat_statements nor,
# after an error, the log may show the CREATE ROLE with it.
psql -X -v ON_ERROR_STOP=1 --no-password --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv password REPLICATION_PASSWORD
SET pg_stat_statements.track_utility = off;
SET log_min_error_statement = panic;
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'password';
CREATE EXTENSION pg_stat_statements;
SQL

# The image's own line for `all` databases does not cover replication. samenet: this host's own networks.
echo 'host replication replicator samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
