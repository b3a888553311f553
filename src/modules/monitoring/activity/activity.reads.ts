import type { QueryRunner } from '../../../kernel/database/database.js';
import type { Sql } from '../../../kernel/database/sql.js';
import { TableCareReads, type XminHolder } from '../../maintenance/index.js';
import { listConnections, type ConnectionsRow } from './queries/list-connections.sql.js';
import { listLockWaits, listSessionsOf, type LockWaitRow } from './queries/list-lock-waits.sql.js';
import { listProgress, type ProgressRow } from './queries/list-progress.sql.js';
import { listSessions, type LongSessionRow, type SessionBounds } from './queries/list-sessions.sql.js';
import { listSlots, type SlotRow } from './queries/list-slots.sql.js';
import { listStandbys, type StandbyRow } from './queries/list-standbys.sql.js';
import { readConnectionLimits, type ConnectionLimitsRow } from './queries/read-connection-limits.sql.js';
import { readDatabaseCounters, type DatabaseCountersRow } from './queries/read-database-counters.sql.js';
import { readSessionGauges, type SessionGaugesRow } from './queries/read-session-gauges.sql.js';
import { readShareTrend } from './queries/read-share-trend.sql.js';
import { readSharedBuffers } from './queries/read-shared-buffers.sql.js';
import { readTrends, type TrendRow } from './queries/read-trends.sql.js';
import { readViewer, type ViewerRow } from './queries/read-viewer.sql.js';
import {
  readWalCounters,
  readWalSettings,
  type WalCountersRow,
  type WalSettingsRow,
} from './queries/read-wal-counters.sql.js';
import { readWindow, type WindowRow } from './queries/read-window.sql.js';
import type { SessionFacts } from './queries/session-facts.js';
import { HIT_BLOCKS, HIT_RATIO, READ_BLOCKS } from './series.js';

export type {
  ConnectionLimitsRow,
  ConnectionsRow,
  DatabaseCountersRow,
  LockWaitRow,
  LongSessionRow,
  ProgressRow,
  SessionBounds,
  SessionFacts,
  SessionGaugesRow,
  SlotRow,
  StandbyRow,
  TrendRow,
  ViewerRow,
  WalCountersRow,
  WalSettingsRow,
  XminHolder,
};

interface Interval {
  from: string;
  until: string;
  stepSeconds: number;
}

/** Sessions in which nothing has run for longer are not a pool's that is in use. */
const LONG_IDLE_SECONDS = 3600;
const MAX_OBJECTS = 50;

/** What the server does now, and has done. */
export class ActivityReads {
  constructor(private readonly runner: QueryRunner) {}

  viewer = (): Promise<ViewerRow> => this.one(readViewer());
  connectionLimits = (): Promise<ConnectionLimitsRow> =>
    this.one(readConnectionLimits({ idleSeconds: LONG_IDLE_SECONDS }));
  walCounters = (major: number): Promise<WalCountersRow> => this.one(readWalCounters({ major }));
  walSettings = (): Promise<WalSettingsRow> => this.one(readWalSettings());
  sharedBuffers = (): Promise<{ bytes: number }> => this.one(readSharedBuffers());
  databaseCounters = (): Promise<DatabaseCountersRow> => this.one(readDatabaseCounters());
  sessionGauges = (): Promise<SessionGaugesRow> => this.one(readSessionGauges());

  connections = (limit: number): Promise<ConnectionsRow[]> => this.runner.query(listConnections({ limit }));
  longSessions = (p: SessionBounds & { limit: number; offset: number }): Promise<LongSessionRow[]> =>
    this.runner.query(listSessions(p));
  lockWaits = (limit: number): Promise<LockWaitRow[]> => this.runner.query(listLockWaits({ limit }));
  progress = (limit: number): Promise<ProgressRow[]> => this.runner.query(listProgress({ limit }));
  standbys = (limit: number): Promise<StandbyRow[]> => this.runner.query(listStandbys({ limit }));
  slots = (limit: number): Promise<SlotRow[]> => this.runner.query(listSlots({ limit }));
  xminHolders = (limit: number): Promise<XminHolder[]> => new TableCareReads(this.runner).xminHolders(limit);

  async sessionsOf(pids: readonly number[]): Promise<Map<number, SessionFacts>> {
    const rows = pids.length === 0 ? [] : await this.runner.query(listSessionsOf({ pids }));
    return new Map(rows.map((row) => [row.pid, row]));
  }

  /** In intervals, for at most 50 objects of each series. */
  trends = (p: Interval & { series: readonly string[] }): Promise<TrendRow[]> =>
    this.runner.query(readTrends({ ...p, maxObjects: MAX_OBJECTS }));

  /** Of blocks that were asked for, those that were in shared_buffers. */
  async hitRatio(p: Interval): Promise<TrendRow[]> {
    const rows = await this.runner.query(readShareTrend({ ...p, part: HIT_BLOCKS, rest: READ_BLOCKS }));
    return rows.map((row) => ({ ...row, series: HIT_RATIO, object: '' }));
  }

  /** What the server's own series have summed up to in the last `seconds`; of one without samples nothing. */
  async window(series: readonly string[], seconds: number): Promise<Map<string, WindowRow>> {
    const rows = await this.runner.query(readWindow({ series, seconds }));
    return new Map(rows.map((row) => [row.series, row]));
  }

  private async one<Row>(statement: Sql<Row>): Promise<Row> {
    const [row] = await this.runner.query(statement);
    if (row === undefined) throw new Error(`${statement.label} has given no row`);
    return row;
  }
}
