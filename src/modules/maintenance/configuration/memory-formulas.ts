import type { Facts } from './facts.js';
import type { Formula, Proposal } from './formula.js';
import { memory } from './setting-values.js';

const MB = 2 ** 20;
const GB = 2 ** 30;
const MIN_WORK_MEM = 4 * MB;
const MAX_WORK_MEM = 256 * MB;
const MAX_MAINTENANCE = 2 * GB;
/** Sorts and hash tables of one busy session, on average. */
const SORTS = 1.5;
/** As many autovacuum workers and index builds at once. */
const MAINTENANCE_JOBS = 3;
/** PostgreSQL's default; pgtune counts them beside the sessions. */
const WORKER_PROCESSES = 8;
/** For the system and the sessions' own memory. */
const USABLE = 0.9;
const PLAN_WORK_MEM = 32 * MB;
/** Of which one session is a superuser's, to look what is wrong. */
const RESERVED_CONNECTIONS = 10;

const wholeMegabytes = (bytes: number) => Math.floor(bytes / MB) * MB;
const powerOfTwo = (bytes: number) => 2 ** Math.floor(Math.log2(bytes));
const sharedBuffers = (ram: number) => wholeMegabytes(ram / 4);
const maintenance = (ram: number) => Math.min(MAX_MAINTENANCE, wholeMegabytes(ram / 16));
const megabytes = (bytes: number) => `${Math.round(bytes / MB).toLocaleString('en-US')} MB`;

/** What the server can come to use when all sessions are busy. */
const worstCase = (ram: number, connections: number, workMem: number) =>
  sharedBuffers(ram) + connections * SORTS * workMem + MAINTENANCE_JOBS * maintenance(ram);

/** pgtune's, of the sessions that there can really be; never so much that the worst case does not fit. */
function workMem(ram: number, connections: number): number {
  const shared = (ram - sharedBuffers(ram)) / ((connections + WORKER_PROCESSES) * 3);
  const fitting =
    (USABLE * ram - sharedBuffers(ram) - MAINTENANCE_JOBS * maintenance(ram)) / (connections * SORTS);
  return Math.min(MAX_WORK_MEM, Math.max(MIN_WORK_MEM, powerOfTwo(Math.min(shared, fitting))));
}

const ofRam = (
  name: string,
  propose: (ram: number, facts: Facts) => Proposal,
  most: (ram: number, facts: Facts) => number,
): Formula => ({
  name,
  propose: (facts) =>
    facts.ramBytes === null
      ? {
          value: null,
          reason:
            `the RAM of the database's machine is not to be seen (${facts.sources.ram}): ` +
            'set MAINTENANCE_DATABASE_RAM_BYTES',
        }
      : propose(facts.ramBytes, facts),
  bounds: (facts) => (facts.ramBytes === null ? {} : { most: most(facts.ramBytes, facts) }),
});

function workMemReason(ram: number, { connections, sources }: Facts, value: number): string {
  const worst = megabytes(worstCase(ram, connections, value));
  const plan = worstCase(ram, connections, PLAN_WORK_MEM);
  const instead =
    value < PLAN_WORK_MEM ? `; the plan's 32MB would come to ${megabytes(plan)} of ${megabytes(ram)}` : '';
  return (
    `a third of what shared_buffers leave, over ${connections} sessions and ${WORKER_PROCESSES} workers (${sources.connections}); ` +
    `with all of them busy the server uses ${worst}${instead}`
  );
}

/** pgtune's formulas. The machine is taken as the database's own. */
export const memoryFormulas: readonly Formula[] = [
  ofRam(
    'shared_buffers',
    (ram, { sources }) => ({
      value: memory(sharedBuffers(ram)),
      reason: `a quarter of ${memory(ram)}: ${sources.ram}`,
    }),
    (ram) => 0.4 * ram,
  ),
  ofRam(
    'effective_cache_size',
    (ram) => ({
      value: memory(wholeMegabytes(0.75 * ram)),
      reason: `three quarters of ${memory(ram)}: what the system caches too; allocates nothing`,
    }),
    (ram) => ram,
  ),
  ofRam(
    'work_mem',
    (ram, facts) => {
      const value = workMem(ram, facts.connections);
      return { value: memory(value), reason: workMemReason(ram, facts, value) };
    },
    (ram, { connections }) =>
      Math.max(
        MIN_WORK_MEM,
        (ram - sharedBuffers(ram) - MAINTENANCE_JOBS * maintenance(ram)) / (connections * SORTS),
      ),
  ),
  ofRam(
    'maintenance_work_mem',
    (ram) => ({
      value: memory(maintenance(ram)),
      reason: `a sixteenth of ${memory(ram)}, at most 2GB: index builds, and each of ${MAINTENANCE_JOBS} autovacuum workers`,
    }),
    (ram) => ram / 8,
  ),
  {
    name: 'max_connections',
    propose: ({ connections, maxConnections, sources }) => {
      const needed = connections + RESERVED_CONNECTIONS;
      const value = needed <= maxConnections ? maxConnections : Math.ceil(needed / 10) * 10;
      return { value: String(value), reason: `${needed} are needed: ${sources.connections}, 10 to spare` };
    },
    bounds: ({ connections }) => ({ least: connections + RESERVED_CONNECTIONS }),
  },
];
