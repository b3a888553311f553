import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { Database } from '../database/database.js';
import { freeDiskBytes } from '../database/free-disk.js';
import { unnamed } from '../database/sql.js';
import { describePressure } from '../database/pressure.js';
import { readLoad, type LoadRow } from './queries/read-load.sql.js';
import { readPressure } from './queries/read-pressure.sql.js';

/** So many looks in a row must be bad: a burst is no reason to give hours of work up. */
const BAD_LOOKS = 3;
/** No backend's pid; 0 stands for prepared transactions. */
const NOBODY = -1;
/** Of max_connections. */
const FULL = 0.9;

interface Load extends LoadRow {
  probeMs: number;
  poolWaiters: number;
}

export interface TrafficWatch {
  /** How the run harms others, as the end of a sentence; null: it does not. */
  look(): Promise<string | null>;
}

/** Whether the database has room for heavy work, and how its users fare meanwhile. */
@Injectable()
export class Preflight {
  private readonly limits: AppConfig['maintenance']['limits'];

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) { maintenance }: AppConfig,
  ) {
    this.limits = maintenance.limits;
  }

  /** What speaks against heavy work now, as the end of a sentence; null: nothing. */
  async objection(): Promise<string | null> {
    const [pressure] = await this.database.query(unnamed(readPressure(this.limits)));
    if (pressure !== undefined) return describePressure(pressure).reason;
    return this.complaint(await this.load(NOBODY, 0)) ?? (await this.disk());
  }

  /** Of a run whose backend this is; the harm that it does to others. */
  watch(backendPid: number, mayBlockMs: number): TrafficWatch {
    let badLooks = 0;
    return {
      look: async () => {
        const load = await this.load(backendPid, mayBlockMs);
        if (load.blocked > 0) return `${load.blocked} session(s) wait for its locks`;
        const complaint = this.complaint(load);
        badLooks = complaint === null ? 0 : badLooks + 1;
        return badLooks < BAD_LOOKS ? null : complaint;
      },
    };
  }

  private async load(backendPid: number, mayBlockMs: number): Promise<Load> {
    const { replicationLagBytes } = this.limits;
    const [row] = await this.database.query(
      unnamed(readLoad({ backendPid, mayBlockMs, replicationLagBytes })),
    );
    if (row === undefined) throw new Error('a SELECT without FROM has one row');
    const probe = await this.database.check();
    return {
      ...row,
      probeMs: probe.up ? probe.latencyMs : Infinity,
      poolWaiters: this.database.waitingForConnection,
    };
  }

  private complaint(load: Load): string | null {
    const { activeBackends: maxActive, probeMs: maxProbeMs } = this.limits;
    const { waiters, activeBackends, connections, maxConnections, laggingReplica, probeMs, poolWaiters } =
      load;
    if (waiters > 0) return `${waiters} session(s) have waited for locks for more than a second`;
    if (activeBackends > maxActive) return `${activeBackends} backends are active, more than ${maxActive}`;
    if (connections > FULL * maxConnections)
      return `${connections} of ${maxConnections} connections are taken`;
    if (poolWaiters > 0) return `${poolWaiters} request(s) wait for a connection of this instance's pool`;
    if (probeMs > maxProbeMs) return `the database takes ${Math.round(probeMs)} ms to answer a probe`;
    if (laggingReplica !== null) return `the replica "${laggingReplica}" is too far behind`;
    return null;
  }

  private async disk(): Promise<string | null> {
    const free = await freeDiskBytes(this.database);
    if (free === null || free >= this.limits.freeDiskBytes) return null;
    const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;
    return `${megabytes(free)} of disk are free, less than ${megabytes(this.limits.freeDiskBytes)}`;
  }
}
