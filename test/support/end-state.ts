import { dumpSchema } from '../../scripts/schema-dump.js';
import { withQuery, type Query } from '../../scripts/throwaway-server.js';

/** What migrations leave behind: two runs on the same data must give the same. */
export interface EndState {
  schema: string;
  /** By table: how many rows, and a checksum over all their columns. */
  rows: Record<string, string>;
  /** What a finished run must not leave, in words. */
  leftovers: string[];
  ledger: string[];
}

const originalTables = ['users', 'applications', 'endpoints', 'events', 'delivery_attempts'];
// user_recent_stats counts the 24 hours before its own refresh: no two runs give the same.
const tables = [...originalTables, 'user_daily_stats'];

export const readEndState = (url: string): Promise<EndState> =>
  withQuery(url, async (query) => ({
    schema: await dumpSchema(query),
    rows: await checksums(query),
    leftovers: (await query(leftoversSql)).map(({ what }) => String(what)),
    ledger: (await query('SELECT m.name FROM ethhook_admin_migrations m ORDER BY m.id')).map(({ name }) =>
      String(name),
    ),
  }));

async function checksums(query: Query): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of tables) {
    // The time of the backfill is no result of it; elsewhere updated_at is EthHook's own column.
    const row = table === 'user_daily_stats' ? `to_jsonb(t) - 'updated_at'` : 'to_jsonb(t)';
    const [sum] = await query(
      `SELECT format('%s rows, %s', count(*), md5(string_agg(r.line, E'\\n' ORDER BY r.line))) AS "sum"
         FROM (SELECT (${row})::text AS line FROM ${table} t) r`,
    );
    found[table] = String(sum?.sum);
  }
  return found;
}

const leftoversSql = `
  SELECT format('index %s is invalid', i.indexrelid::regclass) AS "what"
    FROM pg_index i WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
  UNION ALL
  SELECT format('constraint %s of %s is not validated', k.conname, k.conrelid::regclass)
    FROM pg_constraint k WHERE NOT k.convalidated
  UNION ALL
  SELECT format('constraint %s is only a step', k.conname)
    FROM pg_constraint k WHERE k.conname LIKE '%\\_is\\_not\\_null'
  UNION ALL
  SELECT format('backfill %s is %s', b.name, b.state) FROM ethhook_admin_backfills b WHERE b.state <> 'done'
  UNION ALL
  SELECT format('foreign keys to be proven: %s', c.object)
    FROM ethhook_admin_schema_changes c WHERE c.object LIKE 'foreign keys to %'
   ORDER BY 1`;
