import { constant, fragment, type SqlFragment } from '../../../kernel/database/sql.js';
import type { LiveScope } from '../live/live-ctes.js';
import type { DeliveryStatus, EventFilter } from '../events.reads.js';
import type { SlotSource } from './live-slots.js';
import type { Endpoints } from './live-stream.js';

/** Rows that are counted where no rollup knows their number. */
export const COUNTED_ROWS = 1000;

/** Whose attempts a list counts, and which rollups count the same. */
export interface ListScope {
  endpoints: Endpoints;
  rollups: 'user' | 'application' | 'endpoint' | 'chains' | 'none';
}

/** What the rollups know of a status; null: nothing, for these attempts. */
export function counterOf(scope: ListScope, { status }: EventFilter, alias: string): string | null {
  if (scope.rollups === 'none') return null;
  // Sets of chains hold each event under what it has at all, and at all that succeeded: not under both together.
  if (scope.rollups === 'chains' && status !== undefined && status !== 'delivered') return null;
  return status === undefined ? `${alias}.events` : counters[status](alias);
}

/** The hours in which events of a status may be. */
export function hoursOf(scope: ListScope, filter: EventFilter & { status: DeliveryStatus }): SlotSource {
  const counter = counterOf(scope, filter, 't');
  if (counter !== null) return { kind: 'hours', counter, scopes: constant('scopes') };
  // What an event is at several endpoints together it is at one of them.
  const endpoints = scope.endpoints === 'all' ? [] : [...scope.endpoints];
  const scopes = fragment`(SELECT unnest(${endpoints}::uuid[]) AS scope_id)`;
  return { kind: 'hours', counter: counters[filter.status]('t'), scopes };
}

const counters: Readonly<Record<DeliveryStatus, (alias: string) => string>> = {
  delivered: (alias) => `${alias}.events_ok`,
  pending: (alias) => `${alias}.events_open`,
  failed: (alias) => `(${alias}.events - ${alias}.events_ok - ${alias}.events_open)`,
};

export function liveScopeOf({ endpoints, rollups }: ListScope, { userId }: EventFilter): LiveScope {
  if (endpoints === 'all') return { userId, members: null, parts: ['all'], counts: 'rows' };
  return {
    userId,
    members: fragment`
    SELECT o.id AS endpoint_id, ${userId}::uuid AS scope_id
      FROM endpoints o WHERE o.user_id = ${userId} AND o.id = ANY (${[...endpoints]}::uuid[])`,
    parts:
      rollups === 'application'
        ? ['all', 'applications']
        : rollups === 'chains'
          ? ['all', 'chains']
          : ['all'],
    counts: 'rows',
  };
}

/** `scopes`: the rollups' scopes, which count for the one scope of the list. */
export function scopesCte({ endpoints, rollups }: ListScope, filter: EventFilter): SqlFragment {
  const { userId } = filter;
  const one = (id: string | undefined) =>
    fragment`
  scopes AS (SELECT ${id ?? null}::uuid AS scope_id, ${userId}::uuid AS out_id)`;
  switch (rollups) {
    case 'user':
      return one(userId);
    case 'application':
      return one(filter.applicationId);
    case 'endpoint':
      return one(endpoints === 'all' ? undefined : endpoints[0]);
    case 'chains':
      return fragment`
  scopes AS (SELECT m.scope_id, m.user_id AS out_id FROM statistics_chain_sets m
              WHERE m.user_id = ${userId} AND m.chain_ids && ${filter.chainIds ?? []}::int[])`;
    case 'none':
      return fragment`
  scopes AS (SELECT NULL::uuid AS scope_id, NULL::uuid AS out_id WHERE false)`;
  }
}
