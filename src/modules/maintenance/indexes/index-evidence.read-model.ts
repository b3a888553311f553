import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { Database, type QueryRunner } from '../../../kernel/database/database.js';
import { DedicatedSessions } from '../../../kernel/database/dedicated-session.js';
import type { IndexRow } from './queries/index-facts.js';
import { listIndexScans, type IndexScansRow } from './queries/list-index-scans.sql.js';
import { listIndexes } from './queries/list-indexes.sql.js';
import { listRecordedDrops, type RecordedDropRow } from './queries/list-recorded-drops.sql.js';
import { listRedundantIndexes, type RedundantIndexRow } from './queries/list-redundant-indexes.sql.js';
import { readObservation, type ObservationRow } from './queries/read-observation.sql.js';
import { requiredIndexes } from './required-indexes.js';

export type { IndexRow, IndexScansRow, ObservationRow, RecordedDropRow, RedundantIndexRow };

/** What one server has counted. */
export interface ObservedServer extends ObservationRow {
  scans: IndexScansRow[];
}

export interface IndexFacts {
  indexes: IndexRow[];
  redundant: RedundantIndexRow[];
  dropped: RecordedDropRow[];
  /** The primary first. */
  servers: [ObservedServer, ...ObservedServer[]];
  /** Replicas that stream from the primary, or were given, and have not answered. */
  unseenReplicas: number;
}

@Injectable()
export class IndexEvidenceReadModel {
  constructor(
    private readonly database: Database,
    private readonly sessions: DedicatedSessions,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Reads catalogs and statistics only, those of the replicas too: a scan is counted where it runs. */
  async read(): Promise<IndexFacts> {
    const primary = await observe(this.database);
    const { replicaUrls } = this.config.database;
    const answers = await Promise.allSettled(replicaUrls.map((url) => this.onReplica(url)));
    const replicas = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    return {
      indexes: await this.database.query(listIndexes()),
      redundant: await this.database.query(listRedundantIndexes({ required: requiredIndexes })),
      dropped: await this.database.query(listRecordedDrops()),
      servers: [primary, ...replicas],
      unseenReplicas: Math.max(primary.replicas, replicaUrls.length) - replicas.length,
    };
  }

  private async onReplica(url: string): Promise<ObservedServer> {
    const session = await this.sessions.connect('index evidence', url);
    try {
      return await observe(session);
    } finally {
      await session.close();
    }
  }
}

async function observe(runner: QueryRunner): Promise<ObservedServer> {
  const [observation] = await runner.query(readObservation());
  if (observation === undefined) throw new Error('pg_stat_database has no row of this database');
  return { ...observation, scans: await runner.query(listIndexScans()) };
}
