import type { Caller } from '../../kernel/auth/auth-user.js';
import type { QueryRunner } from '../../kernel/database/database.js';
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
import type { LiveOptions } from './live/live-ctes.js';
import { LiveEventPages } from './live-event-pages.reads.js';
import type { EventRow } from './queries/event-columns.js';
import { COUNTED_ROWS } from './queries/live-list-scope.js';
import { liveFindEvent } from './queries/live-find-event.sql.js';
import { liveListAttempts, type ListedAttemptRow } from './queries/live-list-attempts.sql.js';

/**
 * Pages by the covering indexes, in whose order the lists are; totals and deep offsets by the rollups. A page costs the same
 * at any depth. Where the rollups are being counted anew, `original` answers; where too much is in none of them yet, totals
 * are counted up to a bound.
 */
export class LiveEventsReads extends EventsReads {
  constructor(
    private readonly runner: QueryRunner,
    private readonly maxTailRows: number,
    private readonly original: EventsReads,
  ) {
    super();
  }

  async list(filter: EventFilter, page: EventPage, limit: number): Promise<Read<EventList>> {
    const options: LiveOptions = { mode: 'live', maxTailRows: this.maxTailRows };
    const pages = await LiveEventPages.of(this.runner, options, filter);
    const found = await pages.read(page, limit);
    return found ?? this.original.list(filter, page, limit);
  }

  async find(caller: Caller, eventId: string): Promise<Read<EventRow | undefined>> {
    const [row] = await this.runner.query(liveFindEvent({ caller, eventId }));
    if (row === undefined) throw new Error('a statement that always gives a row gave none');
    const { asOf, ...event } = row;
    return { value: event.id === null ? undefined : event, trust: liveTrust(asOf, true) };
  }

  async attempts(filter: AttemptFilter, page: AttemptPage, limit: number): Promise<Read<AttemptList>> {
    // No rollup knows of an event.
    const totals: LiveOptions | null =
      filter.eventId === undefined ? { mode: 'live', maxTailRows: this.maxTailRows } : null;
    const step = { filter, page, limit };
    let rows = await this.runner.query(liveListAttempts({ ...step, totals }));
    if (first(rows).isStale) return this.original.attempts(filter, page, limit);
    if (first(rows).isBehind) rows = await this.runner.query(liveListAttempts({ ...step, totals: null }));
    const { asOf, total, counted, hasMore, hasBefore } = first(rows);
    const bound = boundedTotal(total, counted);
    const isNewer = page.kind === 'newer';
    return {
      value: {
        attempts: rows.flatMap(toAttempt),
        ...bound,
        hasOlder: isNewer ? hasBefore : hasMore,
        hasNewer: isNewer ? hasMore : hasBefore,
      },
      trust: liveTrust(asOf, bound.totalIs === 'exact'),
    };
  }
}

function first<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement that always gives a row gave none');
  return row;
}

/** `total` of the rollups; else what was counted, which is all of it below the bound. */
function boundedTotal(total: string | null, counted: string | null) {
  if (total !== null) return { total: Number(total), totalIs: 'exact' as const };
  const found = Number(counted ?? 0);
  return found > COUNTED_ROWS
    ? { total: COUNTED_ROWS, totalIs: 'at_least' as const }
    : { total: found, totalIs: 'exact' as const };
}

const liveTrust = (asOf: string, exact: boolean): Trust => ({ asOf, exact, source: 'live' });

function toAttempt(listed: ListedAttemptRow): AttemptRow[] {
  if (listed.id === null) return [];
  const {
    asOf: _1,
    isStale: _2,
    isBehind: _3,
    total: _4,
    counted: _5,
    hasMore: _6,
    hasBefore: _7,
    ...row
  } = listed;
  return [row];
}
