import type { Caller } from '../../kernel/auth/auth-user.js';
import type { Trust } from '../../kernel/http/trust.js';
import type { EventRow } from './queries/event-columns.js';

/** Rows of one snapshot and what they can be trusted for. */
export interface Read<T> {
  readonly value: T;
  readonly trust: Trust;
}

export type DeliveryStatus = 'delivered' | 'failed' | 'pending';

/** Any combination. Endpoint, application and chains choose the attempts that count; status follows from those. */
export interface EventFilter {
  userId: string;
  endpointId?: string | undefined;
  applicationId?: string | undefined;
  /** Only attempts at endpoints that listen to one of these. */
  chainIds?: readonly number[] | undefined;
  status?: DeliveryStatus | undefined;
  /** Half-open window of the event's ingested_at, RFC 3339 with microseconds. */
  from?: string | undefined;
  to?: string | undefined;
  /** Both included. */
  fromBlock?: number | undefined;
  toBlock?: number | undefined;
  transactionHash?: string | undefined;
  contractAddress?: string | undefined;
  topic0?: string | undefined;
}

/** A place in the order of a list: `ingestedAt` as PostgreSQL writes it, microseconds and -infinity included. */
export interface EventPosition {
  ingestedAt: string;
  id: string;
}

/** Where a page begins. `older` and `newer` than a position (excluded), the first, or so many rows after the first. */
export type EventPage =
  | { readonly kind: 'first' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'older'; readonly than: EventPosition }
  | { readonly kind: 'newer'; readonly than: EventPosition }
  /** The newest event that was ingested at or before this time, and older ones. */
  | { readonly kind: 'at-time'; readonly time: string }
  /** The newest event whose block is at or below this one, and older ones. */
  | { readonly kind: 'at-block'; readonly block: number };

/** `at_least`: counting stopped at a bound. */
export interface Total {
  total: number;
  totalIs: 'exact' | 'at_least';
}

export interface EventList extends Total {
  /** Newest first by (ingested_at, id); at most `limit`. */
  events: EventRow[];
  /** There are rows on the other side of the page's ends. */
  hasOlder: boolean;
  hasNewer: boolean;
}

export interface AttemptRow {
  id: string;
  eventId: string;
  eventIngestedAt: string;
  endpointId: string;
  endpointName: string;
  attemptNumber: number;
  httpStatusCode: number | null;
  responseBody: string | null;
  errorMessage: string | null;
  attemptedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  success: boolean | null;
  shouldRetry: boolean | null;
  nextRetryAt: string | null;
}

export interface AttemptFilter {
  userId: string;
  /** Only attempts at endpoints of this one. */
  applicationId?: string | undefined;
  eventId?: string | undefined;
  endpointId?: string | undefined;
  /** true: succeeded; false: failed; undefined: all, those in flight too. */
  success?: boolean | undefined;
}

/** `at` is attempted_at, -infinity where it is not known. */
export interface AttemptPosition {
  at: string;
  id: string;
}

export type AttemptPage =
  | { readonly kind: 'first' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'older'; readonly than: AttemptPosition }
  | { readonly kind: 'newer'; readonly than: AttemptPosition };

export interface AttemptList extends Total {
  /** Newest first by (attempted_at, id). */
  attempts: AttemptRow[];
  hasOlder: boolean;
  hasNewer: boolean;
}

/**
 * The lists of a tenant. Two ways to read them: by the covering indexes and rollups (live), and by the original four-table
 * SQL, which is the fallback and the reference.
 */
export abstract class EventsReads {
  abstract list(filter: EventFilter, page: EventPage, limit: number): Promise<Read<EventList>>;
  /** With an application, the counts are of attempts at its endpoints. */
  abstract find(caller: Caller, eventId: string): Promise<Read<EventRow | undefined>>;
  abstract attempts(filter: AttemptFilter, page: AttemptPage, limit: number): Promise<Read<AttemptList>>;
}
