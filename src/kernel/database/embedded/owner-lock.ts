import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

// Any two numbers that nothing else locks in the database `postgres`, where no app's tables are.
const key = [0x65746868, 1];
/** How long the backend of a killed app may take to notice that its client is gone. */
const patienceMs = 1000;

/** Takes the owner's lock for this session; false when another live app holds it. */
export async function acquire(client: pg.Client): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS held',
      key,
    );
    if (rows[0]?.held) return true;
    if (Date.now() >= deadline) return false;
    await sleep(50);
  }
}

/** Holds the lock for as long as the app lives: a killed one's is released by the kernel, with its connection. */
export class OwnerLock {
  private closing = false;

  constructor(
    private client: pg.Client,
    private readonly reconnect: () => Promise<pg.Client>,
    private readonly log: (line: string) => void,
  ) {
    this.watch(client);
  }

  /** From now on a lost connection is expected: the server shuts down. */
  expectEnd(): void {
    this.closing = true;
  }

  async release(): Promise<void> {
    this.closing = true;
    // An end that gets no answer must not hold up a shutdown.
    await Promise.race([this.client.end().catch(() => undefined), sleep(1000, undefined, { ref: false })]);
  }

  private watch(client: pg.Client): void {
    client.once('end', () => {
      if (!this.closing) void this.regain();
    });
  }

  private async regain(): Promise<void> {
    this.log('The connection that marks the embedded PostgreSQL as in use is lost; reconnecting');
    for (let delayMs = 100; !this.closing; delayMs = Math.min(delayMs * 2, 10_000)) {
      await sleep(delayMs, undefined, { ref: false });
      const outcome = await this.tryOnce();
      if (outcome === 'failed') continue;
      this.log(
        outcome === 'held'
          ? 'The embedded PostgreSQL is marked as in use again'
          : 'Another app has taken the embedded PostgreSQL over; this one goes on without owning it',
      );
      return;
    }
  }

  private async tryOnce(): Promise<'held' | 'taken' | 'failed'> {
    let client: pg.Client | undefined;
    try {
      client = await this.reconnect();
      if (await acquire(client)) {
        this.client = client;
        this.watch(client);
        if (this.closing) void this.release();
        return 'held';
      }
      void client.end().catch(() => undefined);
      return 'taken';
    } catch {
      void client?.end().catch(() => undefined);
      return 'failed';
    }
  }
}
