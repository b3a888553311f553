import { DeletionsRepository } from '../../src/modules/accounts/deletions.repository.js';
import { Removal } from '../../src/modules/accounts/removal.js';
import type { EventFilter, EventPage } from '../../src/modules/events/events.reads.js';
import { LiveEventsReads } from '../../src/modules/events/live-events.reads.js';
import { OriginalEventsReads } from '../../src/modules/events/original-events.reads.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import type { Bucket, SeriesScope } from '../../src/modules/statistics/statistics.reads.js';
import type { ExplainedSession } from './explained-session.js';
import { HALF, type PlanIds } from './plan-world.js';

export interface HotRead {
  name: string;
  run(session: ExplainedSession, ids: PlanIds): Promise<unknown>;
  /** Indexes of delivery_attempts that its statements use, without their common prefixes. */
  attempts: readonly string[];
  /** Where the page's keys come in the index's order, and the scan ends at the page's LIMIT. */
  isOrdered?: boolean;
}

const MAX_TAIL_ROWS = 5000;
const LIMIT = 50;

type Ask<Reads> = (reads: Reads, ids: PlanIds) => Promise<unknown>;
const statistics = (name: string, attempts: readonly string[], ask: Ask<LiveStatisticsReads>): HotRead => ({
  name,
  attempts,
  run: (session, ids) =>
    ask(new LiveStatisticsReads(session, MAX_TAIL_ROWS, new OriginalStatisticsReads(session)), ids),
});
const lists = (
  name: string,
  attempts: readonly string[],
  isOrdered: boolean,
  ask: Ask<LiveEventsReads>,
): HotRead => ({
  name,
  attempts,
  isOrdered,
  run: (session, ids) =>
    ask(new LiveEventsReads(session, MAX_TAIL_ROWS, new OriginalEventsReads(session)), ids),
});

const ofUser = ['pkey', 'written_in'];
const ofEndpoints = ['endpoint_event', 'pkey', 'written_in'];

const series = (bucket: Bucket, kind: SeriesScope['kind'], chainIds?: readonly number[]) =>
  statistics(
    `series of ${kind} by ${bucket}${chainIds ? ' of chains' : ''}`,
    kind === 'user' && !chainIds ? ofUser : ofEndpoints,
    (reads, { userId, applicationId, endpointId }) =>
      reads.series({
        userId,
        scope: kind === 'user' ? { kind } : { kind, id: kind === 'application' ? applicationId : endpointId },
        bucket,
        from: null,
        to: null,
        hours: bucket === '5m' ? 24 : 480,
        chainIds,
      }),
  );

const statisticsReads: HotRead[] = [
  statistics('dashboard', ofUser, (reads, { userId }) => reads.dashboard(userId)),
  statistics('chain distribution', ofUser, (reads, { userId }) => reads.chainDistribution(userId)),
  statistics('applications', ofEndpoints, (reads, { userId, applicationId }) =>
    reads.applications(userId, [applicationId]),
  ),
  statistics('endpoints', ofEndpoints, (reads, { userId, endpointId }) =>
    reads.endpoints(userId, [endpointId]),
  ),
  statistics('performance', ofEndpoints, (reads, { userId, applicationId }) =>
    reads.performance(userId, applicationId),
  ),
  series('5m', 'user'),
  series('hour', 'user'),
  series('hour', 'user', [1]),
  series('hour', 'application'),
  series('day', 'endpoint'),
];

type Filter = Omit<EventFilter, 'userId'>;
const pagesOf = (ids: PlanIds): Record<string, EventPage> => {
  const than = { ingestedAt: ids.eventAt, id: ids.eventId };
  return {
    'first page': { kind: 'first' },
    'deep page': { kind: 'older', than },
    'page back': { kind: 'newer', than },
    'offset at half': { kind: 'offset', offset: HALF },
    'from a time': { kind: 'at-time', time: ids.eventAt },
  };
};

/** A read for each of these pages; they use the same indexes. */
function events(
  name: string,
  attempts: readonly string[],
  isOrdered: boolean,
  filterOf: (ids: PlanIds) => Filter,
  pages: readonly string[],
): HotRead[] {
  return pages.map((page) =>
    lists(`events ${name}: ${page}`, attempts, isOrdered, (reads, ids) =>
      reads.list({ userId: ids.userId, ...filterOf(ids) }, pagesOf(ids)[page] ?? { kind: 'first' }, LIMIT),
    ),
  );
}

const allPages = ['first page', 'deep page', 'page back', 'offset at half', 'from a time'];
const twoPages = ['first page', 'deep page'];
const undelivered = ['pkey', 'undelivered', 'written_in'];
const eventReads: HotRead[] = [
  ...events('of all', ofUser, true, () => ({}), allPages),
  ...events('of an endpoint', ofEndpoints, true, ({ endpointId }) => ({ endpointId }), allPages),
  ...events('of an application', ofEndpoints, true, ({ applicationId }) => ({ applicationId }), twoPages),
  ...events('of chains', ofEndpoints, true, () => ({ chainIds: [1] }), twoPages),
  ...events('failed', undelivered, true, () => ({ status: 'failed' }), [...twoPages, 'page back']),
  ...events('delivered', ofUser, true, () => ({ status: 'delivered' }), twoPages),
  ...events('pending', undelivered, true, () => ({ status: 'pending' }), twoPages),
  ...events(
    'failed at an application',
    ofEndpoints,
    false,
    ({ applicationId }) => ({ applicationId, status: 'failed' }),
    twoPages,
  ),
  ...events('of blocks', ofUser, false, () => ({ fromBlock: 100, toBlock: 30_000 }), ['first page']),
  ...events('of a few blocks', ofUser.slice(0, 1), false, () => ({ fromBlock: 990, toBlock: 1000 }), [
    'first page',
  ]),
  lists('events of a transaction', ofUser.slice(0, 1), false, (reads, { userId, transactionHash }) =>
    reads.list({ userId, transactionHash }, { kind: 'first' }, LIMIT),
  ),
  ...events('of a contract', ofUser, true, () => ({ contractAddress: 'contract 7' }), twoPages),
  ...events('of a rare contract', ofUser, true, () => ({ contractAddress: 'rare' }), ['first page']),
  ...events(
    'of a contract and topic',
    ofUser,
    true,
    () => ({ contractAddress: 'contract 3', topic0: 'topic 3' }),
    ['first page'],
  ),
  lists('an event', ['pkey'], false, (reads, { userId, eventId }) => reads.find({ userId }, eventId)),
];

const ofAttempts = ['endpoint_attempted', 'id_key', 'pkey', 'written_in'];
const attemptReads: HotRead[] = [
  lists('attempts of all: first page', ofAttempts, true, (reads, { userId }) =>
    reads.attempts({ userId }, { kind: 'first' }, LIMIT),
  ),
  lists('attempts of an endpoint, failed: deep page', ofAttempts, true, (reads, ids) =>
    reads.attempts(
      { userId: ids.userId, endpointId: ids.endpointId, success: false },
      { kind: 'older', than: { at: ids.eventAt, id: ids.eventId } },
      LIMIT,
    ),
  ),
  ...[true, false].map((isOfEndpoint) =>
    lists(`attempts of ${isOfEndpoint ? 'an endpoint' : 'all'}: offset`, ofAttempts, false, (reads, ids) =>
      reads.attempts(
        { userId: ids.userId, ...(isOfEndpoint && { endpointId: ids.endpointId }) },
        { kind: 'offset', offset: 100 },
        LIMIT,
      ),
    ),
  ),
  lists('attempts of an application', ofAttempts, true, (reads, { userId, applicationId }) =>
    reads.attempts({ userId, applicationId }, { kind: 'first' }, LIMIT),
  ),
  lists('an event, of an application', ['pkey'], false, (reads, { userId, applicationId, eventId }) =>
    reads.find({ userId, applicationId }, eventId),
  ),
  lists('attempts of an event', ['event_id', 'id_key'], false, (reads, { userId, eventId }) =>
    reads.attempts({ userId, eventId }, { kind: 'first' }, LIMIT),
  ),
];

/** Two batches of a deleted endpoint, the second from where the first ended. */
const removals: HotRead[] = [
  {
    name: 'removal of an endpoint',
    attempts: ['Tid Scan', 'endpoint_attempted'],
    run: async (session, { userId, endpointId }) => {
      const endpoint = { userId, resourceType: 'endpoint', resourceId: endpointId } as const;
      await session.transaction({}, async (tx) => {
        const repository = new DeletionsRepository(tx);
        await repository.request(endpoint, (await repository.hide(endpoint)) ?? '');
      });
      const removal = new Removal(session);
      for (const deletion of [await removal.pick([], 1000), await removal.pick([], 1000)])
        if (deletion !== undefined) await removal.step(deletion, 100);
    },
  },
];

/** What LiveStatisticsReads, LiveEventsReads, the fold and the removal of what is deleted send, for the tenant that has most. */
export const hotReads: readonly HotRead[] = [
  ...statisticsReads,
  ...eventReads,
  ...attemptReads,
  { name: 'fold', attempts: ofEndpoints, run: (session) => new Fold(session).step() },
  ...removals,
];
