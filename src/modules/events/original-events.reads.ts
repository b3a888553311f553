import type { Caller } from '../../kernel/auth/auth-user.js';
import { planningByValues, type QueryRunner } from '../../kernel/database/database.js';
import type { Trust } from '../../kernel/http/trust.js';
import {
  EventsReads,
  type AttemptFilter,
  type AttemptList,
  type AttemptPage,
  type AttemptRow,
  type EventFilter,
  type EventList,
  type EventPage,
  type Read,
} from './events.reads.js';
import type { EventRow } from './queries/event-columns.js';
import { originalFindEvent } from './queries/original-find-event.sql.js';
import { originalListAttempts } from './queries/original-list-attempts.sql.js';
import { originalListEvents } from './queries/original-list-events.sql.js';
import type { OriginalPageColumns } from './queries/original-page.js';

/** The lists by the original four-table SQL: exact always, and as slow as the tenant's whole history is long. */
export class OriginalEventsReads extends EventsReads {
  private readonly runner: QueryRunner;

  constructor(runner: QueryRunner) {
    super();
    this.runner = planningByValues(runner);
  }

  async list(filter: EventFilter, page: EventPage, limit: number): Promise<Read<EventList>> {
    const rows = await this.runner.query(originalListEvents({ filter, page: placed(page), limit }));
    return listed(rows, { events: ofPage<EventRow>(rows) });
  }

  async find(caller: Caller, eventId: string): Promise<Read<EventRow | undefined>> {
    const { asOf, ...row } = first(await this.runner.query(originalFindEvent({ caller, eventId })));
    return { value: row.id === null ? undefined : row, trust: trustOf(asOf) };
  }

  async attempts(filter: AttemptFilter, page: AttemptPage, limit: number): Promise<Read<AttemptList>> {
    const rows = await this.runner.query(originalListAttempts({ filter, page, limit }));
    return listed(rows, { attempts: ofPage<AttemptRow>(rows) });
  }
}

function placed(page: EventPage) {
  if (page.kind !== 'older' && page.kind !== 'newer') return page;
  const { ingestedAt: at, id } = page.than;
  return { kind: page.kind, than: { at, id } };
}

/** The rows without the columns of their page; none where the page is empty. */
function ofPage<Row extends { id: string }>(
  rows: readonly (OriginalPageColumns & (Row | { id: null }))[],
): Row[] {
  return rows
    .filter((row): row is OriginalPageColumns & Row => row.id !== null)
    .map(
      ({ asOf: _asOf, total: _total, hasNewer: _newer, hasOlder: _older, ...row }) => row as unknown as Row,
    );
}

function listed<Rows>(rows: readonly OriginalPageColumns[], part: Rows) {
  const { total, hasOlder, hasNewer, asOf } = first(rows);
  const value = { ...part, total: Number(total), totalIs: 'exact' as const, hasOlder, hasNewer };
  return { value, trust: trustOf(asOf) };
}

function first<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement that always gives a row gave none');
  return row;
}

const trustOf = (asOf: string): Trust => ({ asOf, exact: true, source: 'original' });
