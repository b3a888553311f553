import { sql } from '../../../../kernel/database/sql.js';

/** One figure of one object. */
export interface Sample {
  /** Lower case with underscores and the unit at the end, as Prometheus has it: `table_size_bytes`. */
  series: string;
  /** As PostgreSQL writes its name; empty for the server or the database as a whole. */
  object: string;
  value: number;
}

/** All at this moment. */
export const addSamples = (p: { samples: readonly Sample[] }) => sql<never>('monitoring.add-samples')`
  INSERT INTO ethhook_admin_samples (series, object, at, value)
  SELECT s.series, s.object, now(), s.value
    FROM unnest(${p.samples.map(({ series }) => series)}::text[],
                ${p.samples.map(({ object }) => object)}::text[],
                ${p.samples.map(({ value }) => value)}::float8[]) s (series, object, value)
      ON CONFLICT DO NOTHING`;
