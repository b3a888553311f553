import type { Query } from '../server/session.js';
import type { MonitoringOptions } from './options.js';

const BATCH = 100;

/** With a key, an index and some rows each. */
export async function createTables(query: Query, tables: number): Promise<void> {
  for (let first = 0; first < tables; first += BATCH)
    await query(`DO $$ BEGIN FOR n IN ${first}..${Math.min(first + BATCH, tables) - 1} LOOP
      EXECUTE format('CREATE TABLE load_%s (id int PRIMARY KEY, at timestamptz, value text)', n);
      EXECUTE format('CREATE INDEX ON load_%s (at)', n);
      EXECUTE format('INSERT INTO load_%s SELECT g, now(), md5(g::text) FROM generate_series(1, 50) g', n);
    END LOOP; END $$`);
}

/** Each of so many distinct statements once, by the server alone: the bench's own process has nothing to do. */
export async function runStatements(
  query: Query,
  { statements, tables }: Pick<MonitoringOptions, 'statements' | 'tables'>,
): Promise<void> {
  await query(`DO $$ DECLARE
    columns text[] := ARRAY['count(*)', 'max(l.id)', 'min(l.at)', 'max(l.value)', 'count(l.at)', 'sum(l.id)'];
  BEGIN FOR n IN 0..${statements - 1} LOOP
    EXECUTE format('SELECT %s FROM load_%s l WHERE l.id > 7',
                   array_to_string(columns[1 : 1 + n / ${tables} % 6] || columns[1 : n / ${tables} / 6], ', '), n % ${tables});
  END LOOP; END $$`);
}
