import { MACHINES } from '../../../../test/support/machine-sizes.js';
import { factsOf, type Facts } from './facts.js';
import { FORMULAS } from './formulas.js';
import type { ServerRow } from './queries/read-server.sql.js';

const proposals = (facts: Facts) =>
  Object.fromEntries(FORMULAS.map(({ name, propose }) => [name, propose(facts).value]));
const reasonOf = (name: string, facts: Facts) =>
  FORMULAS.find((formula) => formula.name === name)?.propose(facts).reason;
const plan = MACHINES['8 GB, the plan'] as Facts;

const columns = [
  'shared_buffers',
  'effective_cache_size',
  'work_mem',
  'maintenance_work_mem',
  'max_connections',
  'random_page_cost',
  'effective_io_concurrency',
  'max_parallel_workers_per_gather',
  'max_parallel_workers',
  'max_worker_processes',
  'autovacuum_max_workers',
  'autovacuum_vacuum_cost_limit',
];
it.each([
  ['1 GB', '256MB 768MB 8MB 64MB 100 1.1 200 1 1 8 3 400'],
  ['2 GB, disk', '512MB 1536MB 8MB 128MB 100 4 2 1 2 8 3 -1'],
  ['8 GB, the plan', '2GB 6GB 32MB 512MB 100 1.1 200 2 4 8 3 400'],
  ['16 GB', '4GB 12GB 32MB 1GB 110 1.1 200 4 8 8 3 400'],
  ['64 GB', '16GB 48GB 64MB 2GB 160 1.1 200 4 16 16 5 400'],
  ['256 GB', '64GB 192GB 128MB 2GB 410 1.1 200 4 64 64 5 400'],
])('on a machine of %s: %s', (name, expected) => {
  const values = proposals(MACHINES[name] as Facts);
  expect(columns.map((column) => values[column]).join(' ')).toBe(expected);
});

it('never proposes memory that all sessions together could not have', () => {
  const bytes = (text: string | null | undefined) =>
    Number.parseInt(text ?? '', 10) * (text?.endsWith('GB') ? 1024 : 1);
  for (const facts of Object.values(MACHINES)) {
    const { shared_buffers, work_mem, maintenance_work_mem } = proposals(facts);
    const worst =
      bytes(shared_buffers) + facts.connections * 1.5 * bytes(work_mem) + 3 * bytes(maintenance_work_mem);
    expect(worst).toBeLessThanOrEqual((facts.ramBytes ?? 0) / 2 ** 20);
  }
});

it("says why not, where the plan's work_mem does not fit", () => {
  const crowded = { ...plan, connections: 100 };
  expect(proposals(crowded)['work_mem']).toBe('16MB');
  expect(reasonOf('work_mem', crowded)).toMatch(/the plan's 32MB would come to 8,384 MB of 8,192 MB$/);
});

it('proposes nothing that hangs on what cannot be seen, and says how to tell it', () => {
  const unseen: Facts = { ...plan, ramBytes: null, cpus: null };
  const missing = Object.entries(proposals(unseen)).filter(([, value]) => value === null);
  expect(missing.map(([name]) => name)).toEqual([
    'shared_buffers',
    'effective_cache_size',
    'work_mem',
    'maintenance_work_mem',
    'max_parallel_workers_per_gather',
    'max_parallel_workers',
    'max_parallel_maintenance_workers',
    'max_worker_processes',
    'autovacuum_max_workers',
  ]);
  expect(reasonOf('shared_buffers', unseen)).toMatch(/set MAINTENANCE_DATABASE_RAM_BYTES/);
  expect(reasonOf('max_parallel_workers', unseen)).toMatch(/set MAINTENANCE_DATABASE_CPUS/);
});

it('keeps the log within a tenth of the disk', () => {
  const sizes = [5, 25, 1000].map((gigabytes) => ({ ...plan, diskBytes: gigabytes * 2 ** 30 }));
  expect(sizes.map((facts) => proposals(facts)['max_wal_size'])).toEqual(['1GB', '2GB', '4GB']);
});

it('knows what versions and platforms lack', () => {
  const [old, mac] = [proposals({ ...plan, major: 14 }), proposals({ ...plan, isLinux: false })];
  expect([old['wal_compression'], mac['effective_io_concurrency']]).toEqual(['on', null]);
});

describe('the facts', () => {
  const host = {
    ...({ ramBytes: 7.8 * 2 ** 30, cpus: 4, storage: 'hdd', diskBytes: null } as const),
    sources: { ram: 'the machine', cpus: 'the machine', storage: 'the flag' },
  };
  const server = {
    major: 18,
    platform: 'x86_64-pc-linux-gnu',
    otherConnections: 7,
    maxConnections: 100,
  } as ServerRow;
  const given = { ramBytes: undefined, cpus: undefined, storage: undefined, instances: 3 };

  it('take a machine that reports 7.8 GB for the 8 GB it is, and count every pool', () => {
    expect(factsOf(host, server, { given, poolMax: 20 })).toMatchObject({
      ...{ ramBytes: 8 * 2 ** 30, cpus: 4, storage: 'hdd', connections: 67 },
      sources: { connections: expect.stringMatching(/20 in 3 instance/) },
    });
  });

  it('take what the configuration says over what is seen', () => {
    const told = { ...given, ramBytes: 3 * 2 ** 30, cpus: 2, storage: 'ssd' } as const;
    expect(factsOf(host, server, { given: told, poolMax: 20 })).toMatchObject({
      ...{ ramBytes: 3 * 2 ** 30, cpus: 2, storage: 'ssd' },
      sources: { ram: 'MAINTENANCE_DATABASE_RAM_BYTES', storage: 'MAINTENANCE_STORAGE' },
    });
  });
});
