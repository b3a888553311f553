import type { QueryRunner } from '../../../kernel/database/database.js';
import type { FoldSnapshot } from '../live/attempt-changes.js';
import { listNewEvents, type NewEventRow, type NewEventsPage } from '../queries/list-new-events.sql.js';
import { listWrittenUsers } from '../queries/list-written-users.sql.js';
import { readFeedMoment, type FeedMomentRow } from '../queries/read-feed-moment.sql.js';

/** Written attempts of one step; a transaction with more is one step all the same. */
export const STEP_ROWS = 5000;

/** What is new between snapshots. Nothing is written. */
export class FeedReads {
  constructor(
    private readonly runner: QueryRunner,
    private readonly stepRows = STEP_ROWS,
  ) {}

  /** `since` is a snapshot's horizon. */
  async moment(since: string, heldLsn: string | null): Promise<FeedMomentRow> {
    const [row] = await this.runner.query(readFeedMoment({ since, heldLsn, limit: this.stepRows }));
    if (row === undefined) throw new Error('a statement that always gives a row gave none');
    return row;
  }

  newEvents(page: NewEventsPage): Promise<NewEventRow[]> {
    return this.runner.query(listNewEvents(page));
  }

  async writtenUsers(
    lower: FoldSnapshot,
    upper: FoldSnapshot,
    userIds: readonly string[],
  ): Promise<string[]> {
    const rows = await this.runner.query(listWrittenUsers({ lower, upper, userIds }));
    return rows.map(({ userId }) => userId);
  }
}
