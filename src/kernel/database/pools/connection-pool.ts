import type pg from 'pg';
import type { DomainError } from '../../errors/domain-error.js';
import { breaksConnection, toDomainError } from '../database-error.js';
import { destroySocket } from '../destroy-socket.js';
import { Admission, poolBusy, type AdmissionLimits, type Lane } from './admission.js';

export interface PoolFigures {
  inUse: number;
  idle: number;
  waiting: number;
  max: number;
}

export interface PoolOptions extends AdmissionLimits {
  /** A label of metrics. */
  readonly name: string;
  /** Called with how long each user of a connection has waited for it, in seconds. */
  readonly onWaited?: (seconds: number) => void;
}

/**
 * One pool of connections with a bounded queue before it. What it throws is a DomainError; whoever uses or awaits a
 * connection when the server is found to be away is told at once.
 */
export class ConnectionPool {
  private readonly admission: Admission;
  private readonly inUse = new Set<pg.PoolClient>();
  private readonly guarded = new WeakSet<pg.PoolClient>();
  private readonly pending = new Set<(reason: DomainError) => void>();
  private abandoned = 0;

  constructor(
    private readonly pool: pg.Pool,
    private readonly options: PoolOptions,
  ) {
    this.admission = new Admission(options);
    pool.on('acquire', (client) => this.guard(client));
  }

  get name(): string {
    return this.options.name;
  }

  get max(): number {
    return this.options.max;
  }

  figures(): PoolFigures {
    return {
      inUse: this.inUse.size,
      idle: this.pool.idleCount,
      waiting: this.admission.waiting + this.pool.waitingCount,
      max: this.options.max,
    };
  }

  /** Opens `count` connections now, so that the first requests find them warm. */
  async warm(count: number): Promise<void> {
    const clients = await Promise.allSettled(Array.from({ length: count }, () => this.pool.connect()));
    for (const client of clients) if (client.status === 'fulfilled') client.value.release();
  }

  use<T>(lane: Lane, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.pending.add(reject);
      this.checkOut(lane, use).then(
        (result) => {
          this.pending.delete(reject);
          resolve(result);
        },
        (error: unknown) => {
          this.pending.delete(reject);
          reject(toDomainError(error));
        },
      );
    });
  }

  /** The server does not answer: queries would wait for it for ever. */
  abandon(reason: DomainError): void {
    this.abandoned++;
    this.admission.refuseWaiting(reason);
    for (const reject of this.pending) reject(reason);
    for (const client of this.inUse) destroySocket(client);
  }

  private async checkOut<T>(lane: Lane, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const { abandoned } = this;
    const startedAt = performance.now();
    const leave = await this.admission.enter(lane);
    try {
      const client = await this.connect(this.options.waitMs - (performance.now() - startedAt));
      this.options.onWaited?.((performance.now() - startedAt) / 1000);
      return await this.useClient(client, abandoned === this.abandoned, use);
    } finally {
      leave();
    }
  }

  private async useClient<T>(
    client: pg.PoolClient,
    isAwaited: boolean,
    use: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    let broken = false;
    this.inUse.add(client);
    try {
      // Whoever asked has been answered meanwhile.
      if (!isAwaited) throw poolBusy();
      return await use(client);
    } catch (error) {
      broken = breaksConnection(error);
      throw error;
    } finally {
      this.inUse.delete(client);
      client.release(broken);
    }
  }

  private connect(withinMs: number): Promise<pg.PoolClient> {
    const { idleCount, waitingCount } = this.pool;
    // One is there, and nobody before us for it: we get it at once.
    return idleCount > waitingCount ? this.pool.connect() : this.connectWithin(withinMs);
  }

  /** The pool's own time-out begins with the connection; the wait in the queue counts too. */
  private async connectWithin(withinMs: number): Promise<pg.PoolClient> {
    const connecting = this.pool.connect();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => {
          reject(poolBusy());
          connecting.then((client) => client.release()).catch(() => undefined);
        },
        Math.max(0, withinMs),
      );
    });
    try {
      return await Promise.race([connecting, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  // The pool listens to a connection only while it is idle. One that breaks between two statements of a
  // transaction would raise an unhandled 'error' event, which ends the process; the next statement reports it.
  private guard(client: pg.PoolClient): void {
    if (this.guarded.has(client)) return;
    this.guarded.add(client);
    client.on('error', () => undefined);
  }
}
