import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { DatabasePools } from '../../../kernel/database/pools/database-pools.js';
import { ActivityReads, type ViewerRow } from './activity.reads.js';
import { longSessionDto, progressDto, replicaDto, slotDto, standbyDto, walDto } from './activity-dtos.js';
import type { LimitQuery } from './dto/activity-fields.js';
import type { ConnectionsDto } from './dto/connections.dto.js';
import type { LocksDto } from './dto/locks.dto.js';
import type { ProgressDto } from './dto/progress.dto.js';
import type { ReplicationDto } from './dto/replication.dto.js';
import type { SessionsDto, SessionsQuery } from './dto/sessions.dto.js';
import type { WalDto } from './dto/wal.dto.js';
import { cutLimits, sessionLimits } from './limits.js';
import { locksDto } from './lock-dtos.js';
import { lockTree } from './lock-tree.js';
import { ReplicasReads } from './replicas.reads.js';

type Answer = { as_of: string; limits: string[] };

/** What the server does now. Each answer is of one transaction, so of one moment of PostgreSQL's figures. */
@Injectable()
export class ActivityService {
  constructor(
    private readonly database: Database,
    private readonly pools: DatabasePools,
    private readonly replicas: ReplicasReads,
  ) {}

  connections({ limit }: LimitQuery): Promise<ConnectionsDto> {
    return this.answer('states of connections', async (reads) => {
      const limits = await reads.connectionLimits();
      const groups = await reads.connections(limit);
      const available = limits.maxConnections - limits.superuserReserved - limits.reserved;
      return {
        limits: cutLimits(groups.length, limit, 'groups of connections'),
        max_connections: limits.maxConnections,
        superuser_reserved_connections: limits.superuserReserved,
        reserved_connections: limits.reserved,
        available_connections: available,
        used: limits.used,
        idle: limits.idle,
        used_ratio: limits.used / Math.max(1, available),
        groups: groups.map(({ longestSeconds, ...group }) => ({ ...group, longest_seconds: longestSeconds })),
        pools: this.poolFigures(),
      };
    });
  }

  sessions(query: SessionsQuery): Promise<SessionsDto> {
    return this.answer('transactions', async (reads) => {
      const rows = await reads.longSessions({
        transactionSeconds: query.transaction_seconds,
        idleInTransactionSeconds: query.idle_in_transaction_seconds,
        limit: query.limit,
        offset: query.offset,
      });
      return { limits: [], total: rows[0]?.total ?? 0, sessions: rows.map(longSessionDto) };
    });
  }

  locks({ limit }: LimitQuery): Promise<LocksDto> {
    return this.answer('who they are that wait for a lock or hold it', async (reads) => {
      const waits = await reads.lockWaits(limit);
      const nodes = lockTree(waits);
      const sessions = await reads.sessionsOf([...new Set(nodes.map(({ pid }) => pid))]);
      return {
        limits: cutLimits(waits.length, limit, 'waiting sessions'),
        ...locksDto(waits, nodes, sessions),
      };
    });
  }

  progress({ limit }: LimitQuery): Promise<ProgressDto> {
    return this.answer('progress of commands', async (reads) => {
      const rows = await reads.progress(limit);
      return { limits: cutLimits(rows.length, limit, 'commands'), commands: rows.map(progressDto) };
    });
  }

  async replication({ limit }: LimitQuery): Promise<ReplicationDto> {
    // They are asked over the network: not inside a transaction.
    const replicas = await this.replicas.states(this.database);
    return this.answer('how far standbys are', async (reads) => {
      const standbys = await reads.standbys(limit);
      const slots = await reads.slots(limit);
      return {
        limits: [
          ...cutLimits(standbys.length, limit, 'standbys'),
          ...cutLimits(slots.length, limit, 'slots'),
          ...replicas.flatMap(({ address, state }) =>
            state === null ? [`the replica ${address} does not answer`] : [],
          ),
        ],
        standbys: standbys.map(standbyDto),
        slots: slots.map(slotDto),
        replicas: replicas.map(replicaDto),
      };
    });
  }

  wal(): Promise<WalDto> {
    return this.answer(null, async (reads, { major }) => ({
      limits: [],
      ...walDto(await reads.walCounters(major), await reads.walSettings()),
    }));
  }

  /** `lacks`: what a role that sees its own sessions only is not shown. */
  private answer<Body extends { limits: string[] }>(
    lacks: string | null,
    read: (reads: ActivityReads, viewer: ViewerRow) => Promise<Body>,
  ): Promise<Body & Answer> {
    return this.database.transaction({ readOnly: true }, async (tx) => {
      const reads = new ActivityReads(tx);
      const viewer = await reads.viewer();
      const body = await read(reads, viewer);
      const own = lacks === null ? [] : sessionLimits(viewer, `${lacks} are incomplete`);
      return { ...body, as_of: viewer.asOf, limits: [...own, ...body.limits] };
    });
  }

  private poolFigures(): ConnectionsDto['pools'] {
    const { read, write, replicas } = this.pools;
    return [read, write, ...replicas].map((pool) => {
      const { inUse, idle, waiting } = pool.figures();
      return { pool: pool.name, max: pool.max, in_use: inUse, idle, waiting };
    });
  }
}
