import { busy, half, holding, thinOut, type KilledJob } from './killed-job.js';

const writing = ['BEGIN', 'LOCK TABLE busy IN ROW EXCLUSIVE MODE'];
const reading = ['BEGIN', 'SELECT FROM busy LIMIT 1'];
const invalid = (index: string) =>
  `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${index}'::regclass`;
const indexStates = `SELECT x.relname || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END AS index
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = 'busy'::regclass`;
const LOST = 'CREATE INDEX lost ON public.busy USING btree (n)';

const bloated = [busy(20_000), 'CREATE INDEX own ON busy (n, filler)', thinOut, 'VACUUM (ANALYZE) busy'];
const dropped = (answer: string) =>
  half(
    `${indexStates}
     UNION ALL SELECT 'on record' FROM ethhook_admin_schema_changes WHERE object = 'public.lost'`,
    answer,
  );
export const killedIndexJobs: readonly KilledJob[] = [
  {
    job: 'repair-indexes',
    at: 'the new index',
    prepare: [busy(1000), 'CREATE INDEX own ON busy (n)', invalid('own')],
    hold: writing,
    waits: 'maintenance.reindex-index',
    half: half(indexStates, 'own invalid, own_ccnew invalid'),
    isRetried: true,
  },
  ...(['writing', 'reading'] as const).map((kind) => ({
    job: 'rebuild-bloated',
    at: kind === 'writing' ? 'the new index' : 'the old index',
    parameters: { min_ratio: 0.3, min_bytes: 100_000 },
    prepare: bloated,
    hold: kind === 'writing' ? writing : reading,
    waits: 'maintenance.reindex-index',
    half: half(indexStates, kind === 'writing' ? 'own, own_ccnew invalid' : 'own, own_ccold invalid'),
    isRetried: true,
    result: `SELECT pg_relation_size('own') AS size`,
  })),
  {
    job: 'rewrite-tables',
    at: 'its indexes',
    parameters: { min_ratio: 0.3, min_bytes: 100_000, free_disk_bytes: 1e9 },
    prepare: [busy(20_000), thinOut, 'VACUUM (ANALYZE) busy', 'CREATE INDEX ON busy (held(n))'],
    hold: holding,
    waits: 'maintenance.vacuum-full',
    half: half(
      `SELECT CASE WHEN relpages > 200 THEN 'large' END FROM pg_class WHERE relname = 'busy'`,
      'large',
    ),
    isRetried: false,
    result: `SELECT pg_relation_size('busy') AS size, count(*) AS rows FROM busy`,
  },
  {
    job: 'drop-index',
    at: 'between its record and the drop',
    parameters: { index: 'lost' },
    prepare: [busy(1000), LOST],
    hold: ['BEGIN', 'LOCK TABLE busy IN SHARE UPDATE EXCLUSIVE MODE'],
    waits: 'maintenance.drop-index',
    half: dropped('lost, on record'),
    isRetried: true,
    result: `SELECT object, action, restore_sql FROM ethhook_admin_schema_changes WHERE migration = 'maintenance'`,
  },
  {
    job: 'drop-index',
    at: 'half of the drop',
    parameters: { index: 'lost' },
    prepare: [busy(1000), LOST],
    hold: reading,
    waits: 'maintenance.drop-index',
    half: dropped('lost invalid, on record'),
    isRetried: true,
    result: `SELECT object, action, restore_sql FROM ethhook_admin_schema_changes WHERE migration = 'maintenance'`,
  },
  {
    job: 'restore-index',
    at: 'half of the build',
    parameters: { index: 'lost' },
    prepare: [
      busy(1000),
      `INSERT INTO ethhook_admin_schema_changes (migration, object, action, reason, evidence, restore_sql)
       VALUES ('maintenance', 'public.lost', 'dropped', 'by an operator',
               '{"schema": "public", "index": "lost", "table": "busy", "sizeBytes": 40960}', '${LOST}')`,
    ],
    hold: writing,
    waits: 'maintenance.create-index',
    half: dropped('lost invalid, on record'),
    isRetried: true,
  },
];
