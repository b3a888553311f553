import type { TestDatabase } from './test-database.js';

/** Filters by the names of the HTTP parameters. */
export interface ListFilter {
  endpoint_id?: string | undefined;
  application_id?: string | undefined;
  chain_ids?: number[] | undefined;
  status?: string | undefined;
  start_date?: string | undefined;
  end_date?: string | undefined;
  from_block?: number | undefined;
  to_block?: number | undefined;
  transaction_hash?: string | undefined;
  contract_address?: string | undefined;
  topic0?: string | undefined;
}

interface ModelEvent {
  id: string;
  /** Microseconds included; null where it is not known. */
  at: string | null;
  block: number;
  transaction_hash: string;
  contract_address: string;
  topic0: string | null;
}

export interface ModelAttempt {
  id: string;
  at: string | null;
  event_id: string;
  endpoint_id: string;
  success: boolean | null;
  application_id: string;
  chain_ids: number[] | null;
  user_id: string;
}

export interface ListedEvent extends ModelEvent {
  status: string;
  attempts: number;
  successes: number;
}

const utc = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`;

/** All rows of the database at that moment; what a list must hold is decided here, in plain TypeScript. */
export class ListModel {
  private constructor(
    private readonly allEvents: readonly ModelEvent[],
    private readonly allAttempts: readonly ModelAttempt[],
  ) {}

  static async of({ query }: TestDatabase): Promise<ListModel> {
    return new ListModel(
      await query<ModelEvent>(
        `SELECT e.id, ${utc('e.ingested_at')}, e.block_number::float8 AS block, e.transaction_hash, e.contract_address,
                e.topics[1] AS topic0 FROM events e`,
      ),
      await query<ModelAttempt>(
        `SELECT da.id, ${utc('da.attempted_at')}, da.event_id, da.endpoint_id, da.success, ep.application_id, ep.chain_ids,
                a.user_id
           FROM delivery_attempts da, endpoints ep, applications a
          WHERE ep.id = da.endpoint_id AND a.id = ep.application_id`,
      ),
    );
  }

  attempts(userId: string, matches: (attempt: ModelAttempt) => boolean): ModelAttempt[] {
    return this.allAttempts.filter((one) => one.user_id === userId && matches(one)).sort(newestFirst);
  }

  events(userId: string, filter: ListFilter): ListedEvent[] {
    const tried = new Map<string, ModelAttempt[]>();
    for (const attempt of this.attempts(userId, (one) => counts(one, filter)))
      tried.set(attempt.event_id, [...(tried.get(attempt.event_id) ?? []), attempt]);
    return this.allEvents
      .flatMap((event) => {
        const attempts = tried.get(event.id);
        return attempts === undefined ? [] : [{ ...event, ...countsOf(attempts) }];
      })
      .filter((event) => isMatch(event, filter))
      .sort(newestFirst);
  }
}

function counts(attempt: ModelAttempt, filter: ListFilter): boolean {
  const { endpoint_id, application_id, chain_ids } = filter;
  if (endpoint_id !== undefined && attempt.endpoint_id !== endpoint_id) return false;
  if (application_id !== undefined && attempt.application_id !== application_id) return false;
  return chain_ids === undefined || chain_ids.some((chain) => attempt.chain_ids?.includes(chain));
}

function countsOf(attempts: readonly ModelAttempt[]) {
  const successes = attempts.filter(({ success }) => success === true).length;
  const inFlight = attempts.filter(({ success }) => success === null).length;
  const status = successes > 0 ? 'delivered' : inFlight === attempts.length ? 'pending' : 'failed';
  return { status, attempts: attempts.length, successes };
}

function isMatch(event: ListedEvent, filter: ListFilter): boolean {
  const { start_date, end_date } = filter;
  const isDated = start_date !== undefined || end_date !== undefined;
  if (isDated && (event.at === null || event.at < (start_date ?? '') || event.at >= (end_date ?? '9')))
    return false;
  if (event.block < (filter.from_block ?? 0) || event.block > (filter.to_block ?? Infinity)) return false;
  return (['status', 'transaction_hash', 'contract_address', 'topic0'] as const).every(
    (name) => filter[name] === undefined || filter[name] === event[name],
  );
}

/** RFC 3339 of one length sorts as text, and so does a UUID; an unknown time is before all others. */
function newestFirst(a: { at: string | null; id: string }, b: { at: string | null; id: string }): number {
  const [left, right] = [a, b].map(({ at, id }) => `${at ?? ''} ${id}`) as [string, string];
  return left < right ? 1 : -1;
}
