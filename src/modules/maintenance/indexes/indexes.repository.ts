import type { JobContext } from '../../../kernel/tasks/job.js';
import { analyzeTable } from './queries/analyze-table.sql.js';
import { createIndex } from './queries/create-index.sql.js';
import { dropIndex } from './queries/drop-index.sql.js';
import { findIndex } from './queries/find-index.sql.js';
import { findRelation } from './queries/find-relation.sql.js';
import type { IndexRow } from './queries/index-facts.js';
import { listInvalidIndexes } from './queries/list-invalid-indexes.sql.js';
import { listRecordedDrops, type RecordedDropRow } from './queries/list-recorded-drops.sql.js';
import { recordIndexChange, type IndexChange } from './queries/record-index-change.sql.js';
import { reindexIndex } from './queries/reindex-index.sql.js';
import { isRemnant } from './remnant.js';

export type { IndexRow, RecordedDropRow };

/** A lock that keeps neither readers nor writers waiting, so that the wait for it is long, and harms nobody. */
const LOCK_TIMEOUT_MS = 30_000;

/** Statements for which the text is shown before they are run. */
export const commands = { createIndex, dropIndex, reindexIndex };

/** Indexes are built, rebuilt and dropped beside readers and writers, one at a time, and leave no invalid one behind. */
export class IndexesRepository {
  /**
   * A build waits so long for transactions that are older than it, which it can only by holding a lock that stops VACUUM and
   * changes of the schema, but nothing else; after that it is given up.
   */
  constructor(
    private readonly context: JobContext,
    private readonly waitMs: number,
  ) {}

  async find(schema: string, index: string): Promise<IndexRow | undefined> {
    const [row] = await this.context.query(findIndex({ schema, index }));
    return row;
  }

  async nameIsTaken(schema: string, name: string): Promise<boolean> {
    return (await this.context.query(findRelation({ schema, name }))).length > 0;
  }

  invalid(): Promise<IndexRow[]> {
    return this.context.query(listInvalidIndexes());
  }

  /** Nobody is at work on them, and nothing reads or needs them. */
  async remnants(): Promise<IndexRow[]> {
    return (await this.invalid()).filter((row) => isRemnant(row) && !row.isBusy && row.isOurs);
  }

  async recordedDrop(schema: string, index: string): Promise<RecordedDropRow | undefined> {
    const rows = await this.context.query(listRecordedDrops());
    return rows.find((row) => row.schema === schema && row.index === index);
  }

  async record(change: IndexChange): Promise<void> {
    await this.context.transaction({ work: 'background' }, (tx) => tx.query(recordIndexChange(change)));
  }

  /** One that a time-out or a kill interrupts is invalid from then on: the next drop finishes it. */
  async drop(index: { schema: string; index: string }): Promise<void> {
    await this.context.command(dropIndex(index), { lockTimeoutMs: this.waitMs });
  }

  /** When it fails the index is as it was. */
  async rebuild(index: { schema: string; table: string; index: string }): Promise<void> {
    try {
      await this.context.command(reindexIndex(index), { lockTimeoutMs: this.waitMs });
    } catch (error) {
      await this.removeAfter(error, async () =>
        (await this.remnants()).filter(
          ({ schema, table }) => schema === index.schema && table === index.table,
        ),
      );
      throw error;
    }
  }

  /** When it fails there is no such index. */
  async build({ schema, index, definition }: RecordedDropRow): Promise<void> {
    try {
      await this.context.command(createIndex({ definition }), { lockTimeoutMs: this.waitMs });
    } catch (error) {
      await this.removeAfter(error, async () => {
        const found = await this.find(schema, index);
        return found === undefined || found.isValid || found.isBusy ? [] : [found];
      });
      throw error;
    }
  }

  analyze(schema: string, table: string): Promise<void> {
    return this.context.command(analyzeTable({ schema, table }), { lockTimeoutMs: LOCK_TIMEOUT_MS });
  }

  /** A run that is to end runs no more statements; the next one, or the daily repair, removes what it has left. */
  private async removeAfter(failure: unknown, find: () => Promise<IndexRow[]>): Promise<void> {
    if (this.context.signal.aborted) return;
    try {
      for (const remnant of await find()) await this.drop(remnant);
    } catch {
      throw failure;
    }
  }
}
