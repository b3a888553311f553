import type { QueryRunner } from '../../../kernel/database/database.js';
import { freeDiskBytes } from '../../../kernel/database/free-disk.js';
import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { Collector } from '../collector/collector.js';
import { SamplesRepository, type Sample } from '../samples/samples.repository.js';
import { countedBetween, CountersRepository } from './counters.repository.js';
import { ObjectSizesReadModel, type ObjectSizes, type SizeBounds } from './object-sizes.read-model.js';
import { series } from './series.js';

const HOUR_MS = 3_600_000;
/** Another instance may just have had its turn. */
const TOO_SOON_SECONDS = 1800;

/** A small database is seen as a whole; of a large one what is small is of no interest, and 400 curves are enough. */
const defaultBounds: SizeBounds = { least: 20, most: 200, minBytes: 16 * 1024 * 1024 };

/** Sizes and use of the largest tables and indexes, of the database and of its disk. */
export class ObjectsCollector implements Collector {
  readonly name = 'objects';
  readonly intervalMs = HOUR_MS;

  constructor(
    private readonly bounds = defaultBounds,
    private readonly tooSoonSeconds = TOO_SOON_SECONDS,
  ) {}

  collect(session: Pick<LeaderSession, 'transaction'>): Promise<void> {
    return session.transaction({ work: 'background' }, (tx) => this.look(tx));
  }

  private async look(tx: QueryRunner): Promise<void> {
    const counters = new CountersRepository(tx);
    const last = await counters.last();
    if (last !== undefined && last.secondsAgo < this.tooSoonSeconds) return;
    const found = await new ObjectSizesReadModel(tx).read(this.bounds);
    const free = await freeDiskBytes(tx);
    const counted = { countedSince: found.database.countedSince, counts: countsOf(found) };
    await new SamplesRepository(tx).add([
      ...sizesOf(found),
      ...(free === null ? [] : [{ series: series.freeDisk, object: '', value: free }]),
      ...(last === undefined ? [] : countedBetween(last, counted)),
    ]);
    await counters.keep(counted.countedSince, counted.counts);
  }
}

const sizesOf = ({ tables, indexes, database }: ObjectSizes): Sample[] => [
  { series: series.databaseSize, object: '', value: database.sizeBytes },
  ...tables.flatMap(({ object, sizeBytes, indexesBytes }) => [
    { series: series.tableSize, object, value: sizeBytes },
    { series: series.tableIndexes, object, value: indexesBytes },
  ]),
  ...indexes.map(({ object, sizeBytes }) => ({ series: series.indexSize, object, value: sizeBytes })),
];

const countsOf = ({ tables, indexes, database }: ObjectSizes) => ({
  [series.transactions]: { '': database.transactions },
  [series.multixacts]: { '': database.multixacts },
  [series.sequentialScans]: Object.fromEntries(tables.map((row) => [row.object, row.sequentialScans])),
  [series.sequentialRows]: Object.fromEntries(tables.map((row) => [row.object, row.sequentialRows])),
  [series.indexScans]: Object.fromEntries(indexes.map(({ object, scans }) => [object, scans])),
});
