import { sql } from '../../../../kernel/database/sql.js';
import type { Counts } from './read-counters.sql.js';

export const keepCounters = (p: { name: string; countedSince: string | null; counts: Counts }) => sql<never>(
  'monitoring.keep-counters',
)`
  INSERT INTO ethhook_admin_counters AS c (name, at, counted_since, counts)
  VALUES (${p.name}, now(), ${p.countedSince}::timestamptz, ${JSON.stringify(p.counts)}::jsonb)
      ON CONFLICT (name) DO UPDATE SET at = excluded.at, counted_since = excluded.counted_since, counts = excluded.counts`;
