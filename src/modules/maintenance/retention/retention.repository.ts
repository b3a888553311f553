import type { QueryRunner } from '../../../kernel/database/database.js';
import { setLockTimeout } from '../queries/set-lock-timeout.sql.js';
import { lockOldEvents, type EventPlace } from './queries/lock-old-events.sql.js';
import { removeEvents } from './queries/remove-events.sql.js';
import {
  countUnfolded,
  moveRetention,
  readObstacles,
  type ObstacleRow,
} from './queries/retention-state.sql.js';

/** Whoever holds a lock goes first. */
const LOCK_TIMEOUT_MS = 300;

export interface Batch {
  /** Where it ended; null: there are no more events. */
  last: EventPlace | null;
  /** Events looked at. */
  seen: number;
  attempts: number;
  events: number;
}

/** Writes of retention; the transaction is the caller's. */
export class RetentionRepository {
  constructor(private readonly tx: QueryRunner) {}

  async obstacles(): Promise<ObstacleRow> {
    return only(await this.tx.query(readObstacles()));
  }

  async unfolded(limit: number): Promise<number> {
    return only(await this.tx.query(countUnfolded({ limit }))).unfolded;
  }

  async moveHorizon(before: string): Promise<void> {
    await this.tx.query(setLockTimeout({ ms: LOCK_TIMEOUT_MS }));
    await this.tx.query(moveRetention({ before }));
  }

  /** In a transaction of READ COMMITTED: the second statement is to see what was committed before the first one's locks. */
  async removeBatch(before: string, after: EventPlace | null, limit: number): Promise<Batch> {
    await this.tx.query(setLockTimeout({ ms: LOCK_TIMEOUT_MS }));
    const locked = await this.tx.query(lockOldEvents({ before, after, limit }));
    const last = locked.at(-1) ?? null;
    if (last === null) return { last, seen: 0, attempts: 0, events: 0 };
    const eventIds = locked.map(({ id }) => id);
    const { attempts, events } = only(await this.tx.query(removeEvents({ eventIds, before })));
    return { last, seen: locked.length, attempts: Number(attempts), events: Number(events) };
  }
}

function only<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement that always gives a row gave none');
  return row;
}
