import { DedicatedSessions } from '../../../kernel/database/dedicated-session.js';
import type { QueryRunner } from '../../../kernel/database/database.js';
import { readPosition, readReplicaState, type ReplicaStateRow } from './queries/read-replica-state.sql.js';

/** One of DATABASE_REPLICA_URLS, as it sees itself; `state` null: it has not answered. */
export interface ConfiguredReplica {
  /** Host and port. */
  address: string;
  state: ReplicaStateRow | null;
}

/** Asks our replicas themselves: the primary knows of those only that stream from it. */
export class ReplicasReads {
  constructor(
    private readonly sessions: Pick<DedicatedSessions, 'connect'>,
    private readonly urls: readonly string[],
  ) {}

  /** Waits for a replica that is away no longer than for a connection. */
  async states(primary: QueryRunner): Promise<ConfiguredReplica[]> {
    if (this.urls.length === 0) return [];
    const [at] = await primary.query(readPosition());
    return Promise.all(
      this.urls.map(async (url) => ({
        address: new URL(url).host,
        state: await this.stateOf(url, at?.position ?? '0/0').catch(() => null),
      })),
    );
  }

  private async stateOf(url: string, position: string): Promise<ReplicaStateRow | null> {
    const session = await this.sessions.connect('monitoring', url);
    try {
      const [state] = await session.query(readReplicaState({ position }));
      return state ?? null;
    } finally {
      await session.close();
    }
  }
}
