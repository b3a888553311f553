import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { MigrationError } from './session.js';
import { contextOf } from './settings.js';

/** What speaks for and against an index. */
export interface IndexUsage {
  /** On the primary and on the replicas that were asked. */
  scans: number;
  /** Since when the scans are counted: the youngest of these servers' statistics. RFC 3339. */
  since: string;
  observedHours: number;
  tableIsEmpty: boolean;
  /** A valid index whose leading columns are all of this one's, in the same order or its exact reverse. */
  coveredBy: string | null;
  /** Replicas that stream from the primary and were not asked. */
  unseenReplicas: number;
}

interface Scans {
  scans: number;
  since: string;
  observedHours: number;
}

const scansSql = `
  SELECT coalesce(s.idx_scan, 0)::float8 AS "scans",
         to_char(o.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "since",
         extract(epoch FROM now() - o.since)::float8 / 3600 AS "observedHours"
    FROM (SELECT coalesce(d.stats_reset, pg_postmaster_start_time()) AS since
            FROM pg_stat_database d WHERE d.datname = current_database()) o
    LEFT JOIN pg_stat_user_indexes s ON s.schemaname = 'public' AND s.indexrelname = $1`;

export async function readUsage(runner: QueryRunner, name: string): Promise<IndexUsage> {
  const { replicaUrls } = contextOf(runner).settings;
  const servers = (await runner.query(scansSql, [name])) as Scans[];
  for (const url of replicaUrls) servers.push(await onReplica(url, name));
  const [table] = (await runner.query(tableSql, [name])) as { name: string; replicas: number }[];
  const [empty] = (await runner.query(`SELECT NOT EXISTS (SELECT FROM ${table?.name}) AS "isEmpty"`)) as {
    isEmpty: boolean;
  }[];
  const [covering] = (await runner.query(coveringSql, [name])) as { name: string }[];
  const youngest = servers.reduce((one, other) => (other.observedHours < one.observedHours ? other : one));
  return {
    scans: servers.reduce((sum, { scans }) => sum + scans, 0),
    since: youngest.since,
    observedHours: youngest.observedHours,
    tableIsEmpty: empty?.isEmpty === true,
    coveredBy: covering?.name ?? null,
    unseenReplicas: Math.max(0, (table?.replicas ?? 0) - replicaUrls.length),
  };
}

async function onReplica(url: string, name: string): Promise<Scans> {
  try {
    const [row] = await readOnce(url, name);
    if (row !== undefined) return row;
  } catch {
    // Without its text: an invalid URL's error carries the URL, and with it the password.
  }
  throw new MigrationError(
    'a replica of DATABASE_REPLICA_URLS does not answer, so its index scans cannot be counted: ' +
      'start it, or leave it out',
  );
}

async function readOnce(url: string, name: string): Promise<Scans[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000 });
  client.on('error', () => undefined); // the query reports it
  try {
    await client.connect();
    return (await client.query<Scans>(scansSql, [name])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

// Walsenders of a base backup or of pg_receivewal scan no index; logical ones serve another database.
const tableSql = `
  SELECT format('%I.%I', n.nspname, t.relname) AS "name",
         (SELECT count(*)::int FROM pg_stat_replication r
           WHERE r.application_name NOT IN ('pg_basebackup', 'pg_receivewal')
             AND NOT EXISTS (SELECT FROM pg_replication_slots o WHERE o.active_pid = r.pid AND o.slot_type = 'logical')
         ) AS "replicas"
    FROM pg_class x
    JOIN pg_index i ON i.indexrelid = x.oid
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
   WHERE n.nspname = 'public' AND x.relname = $1`;

// indoption: 0 ascending, 3 descending (nulls first); the reverse of both serves by a backward scan.
const coveringSql = `
  WITH btrees AS (
    SELECT x.oid, x.relname, i.indrelid, i.indisunique, i.indnkeyatts,
           (i.indkey::int2[])[0:i.indnkeyatts - 1] AS keys, (i.indkey::int2[])[0:i.indnatts - 1] AS columns,
           (i.indclass::oid[])[0:i.indnkeyatts - 1] AS classes,
           (i.indcollation::oid[])[0:i.indnkeyatts - 1] AS collations,
           (i.indoption::int2[])[0:i.indnkeyatts - 1] AS options
      FROM pg_index i
      JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
     WHERE i.indisvalid AND i.indisready AND i.indpred IS NULL AND i.indexprs IS NULL)
  SELECT other.relname AS "name"
    FROM btrees own
    JOIN btrees other ON other.indrelid = own.indrelid AND other.oid <> own.oid
   WHERE own.oid = to_regclass(format('public.%I', $1::text)) AND NOT own.indisunique
     AND other.keys[1:own.indnkeyatts] = own.keys
     AND other.classes[1:own.indnkeyatts] = own.classes
     AND other.collations[1:own.indnkeyatts] = own.collations
     AND (other.options[1:own.indnkeyatts] = own.options
          OR other.options[1:own.indnkeyatts] = (SELECT array_agg((o.option # 3)::int2 ORDER BY o.position)
                                                   FROM unnest(own.options) WITH ORDINALITY o (option, position)))
     AND own.columns <@ other.columns
   ORDER BY other.indisunique DESC, other.relname
   LIMIT 1`;
