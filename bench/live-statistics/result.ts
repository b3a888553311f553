import type { Throughput } from './load.js';
import type { Floor } from './database-load.js';
import type { Filled } from './databases.js';
import type { HttpLatency } from './http-load.js';
import type { Comparison } from './side-by-side.js';
import type { DatabaseSizes } from './sizes.js';
import type { StatementCost } from './statement-costs.js';
import type { Tenant } from './tenants.js';
import type { CatchUp, UnderFire } from './under-fire.js';
import type { WriteCost } from './write-cost.js';

export interface Conditions {
  ranAt: string;
  cpus: number;
  memoryBytes: number;
  node: string;
  postgres: string;
  settings: { name: string; value: string }[];
  filled: Filled;
  /** Between the newest event and the run: the windows of the last 24 hours are that much emptier. */
  dataAgeHours: number;
  dropsCaches: boolean;
  rate: number;
  seconds: number;
}

/** Throughputs with the writer beside them and the fold in the server, and what both cost there. */
export interface Load {
  database: Throughput[];
  http: Throughput[];
}

export interface FoldCost {
  seconds: number;
  insertedRows: number;
  costs: StatementCost[];
}

export interface LiveResult {
  conditions: Conditions;
  tenants: Pick<Tenant, 'name' | 'attempts' | 'events'>[];
  floor: Floor;
  comparisons: Comparison[];
  httpLatencies: HttpLatency[];
  quiet: Load;
  withWriter: Load & { insertedPerSecond: number };
  fold: FoldCost;
  underFire: UnderFire[];
  catchUp: CatchUp;
  writeCosts: WriteCost[];
  sizes: { original: DatabaseSizes; ours: DatabaseSizes };
}
