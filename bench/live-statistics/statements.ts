import type { Sql } from '../../src/kernel/database/sql.js';
import type { EventFilter, EventPage } from '../../src/modules/events/index.js';
import type { Bucket } from '../../src/modules/statistics/index.js';
import {
  planApplicationStatistics,
  planChainDistribution,
  planDashboard,
  planEndpointStatistics,
  planList,
  planSeries,
} from './plan-rewrite.sql.js';
import type { Readers } from './readers.js';
import type { Tenant } from './tenants.js';

/** Decides which bound a statement has. */
export type Kind = 'dashboard' | 'series' | 'long series' | 'list' | 'hash' | 'search' | 'statistics';

/** One of the product's reads, as it is asked of each of its forms. */
export interface Measured {
  name: string;
  kind: Kind;
  read: (readers: Readers, tenant: Tenant) => Promise<unknown>;
  /** The same by the plan's rewrite, where the plan has one. */
  plan?: (tenant: Tenant) => Sql<unknown>[];
  /** The same over HTTP, below the base path; none where a page is needed first. */
  path?: (tenant: Tenant) => string;
  /** Its rows do not change with the time while nobody writes. */
  isLasting?: true;
  /** The slow forms are measured for every tenant, not for the heavy one alone. */
  isCore?: true;
}

const LIMIT = 50;
const HOURS_OF = { '24h': 24, '7d': 168, '30d': 720, '90d': 2160 };

function series(range: keyof typeof HOURS_OF, bucket: Bucket, isCore?: true): Measured {
  const hours = HOURS_OF[range];
  return {
    name: `series ${range} by ${bucket}`,
    kind: range === '90d' ? 'long series' : 'series',
    read: ({ statistics }, { userId }) =>
      statistics.series({ userId, scope: { kind: 'user' }, bucket, from: null, to: null, hours }),
    ...(bucket !== '5m' && { plan: ({ userId }) => planSeries({ userId, bucket, hours }) }),
    path: () => `/statistics/timeseries?time_range=${range}&granularity=${bucket}`,
    ...(isCore && { isCore }),
  };
}

interface ListOptions extends Pick<Measured, 'plan' | 'isCore'> {
  kind?: Kind;
  filter?: (tenant: Tenant) => Omit<EventFilter, 'userId'>;
  page?: (tenant: Tenant) => EventPage;
  query?: (tenant: Tenant) => Record<string, string>;
}

function list(name: string, { kind = 'list', filter, page, query, ...rest }: ListOptions): Measured {
  return {
    name: `list, ${name}`,
    kind,
    isLasting: true,
    read: async ({ events }, tenant) => {
      const whole = { userId: tenant.userId, ...filter?.(tenant) };
      // The total may be a bound in one form and exact in the other.
      return (await events.list(whole, page?.(tenant) ?? { kind: 'first' }, LIMIT)).value.events;
    },
    ...(query && {
      path: (tenant) => `/events?${new URLSearchParams(query(tenant)).toString()}`,
    }),
    ...rest,
  };
}

const half = ({ events }: Tenant) => Math.floor(events / 2);
const middle = ({ middleTime, middleId }: Tenant) => ({ ingestedAt: middleTime, id: middleId });
const inUtc = (time: string) => `${time.replace(' ', 'T').replace(/\+00$/, '')}Z`;
/** No event has it. */
const nowhere = `0x${'0'.repeat(38)}ff`;

const statistics: Measured[] = [
  {
    name: 'dashboard',
    kind: 'dashboard',
    read: (readers, { userId }) => readers.statistics.dashboard(userId),
    plan: planDashboard,
    path: () => '/statistics/dashboard',
    isCore: true,
  },
  series('24h', 'hour', true),
  series('24h', '5m'),
  series('7d', 'hour', true),
  series('30d', 'day', true),
  series('90d', 'hour'),
  {
    name: 'chain distribution',
    kind: 'statistics',
    isLasting: true,
    read: async (readers, { userId }) => (await readers.statistics.chainDistribution(userId)).value,
    plan: planChainDistribution,
    path: () => '/statistics/chain-distribution',
    isCore: true,
  },
  {
    name: 'application statistics',
    kind: 'statistics',
    read: (readers, { userId, applicationId }) => readers.statistics.applications(userId, [applicationId]),
    plan: planApplicationStatistics,
    path: ({ applicationId }) => `/applications/${applicationId}/statistics`,
    isCore: true,
  },
  {
    name: 'endpoint statistics',
    kind: 'statistics',
    read: (readers, { userId, endpointId }) => readers.statistics.endpoints(userId, [endpointId]),
    plan: planEndpointStatistics,
    path: ({ endpointId }) => `/endpoints/${endpointId}/statistics`,
    isCore: true,
  },
];

const lists: Measured[] = [
  list('first page', { query: () => ({}), plan: ({ userId }) => planList({ userId }), isCore: true }),
  list('cursor in the middle', {
    page: (tenant) => ({ kind: 'older', than: middle(tenant) }),
    plan: (tenant) => planList({ userId: tenant.userId, than: middle(tenant) }),
  }),
  list('cursor in the middle, newer', { page: (tenant) => ({ kind: 'newer', than: middle(tenant) }) }),
  list('offset 1,000', {
    page: () => ({ kind: 'offset', offset: 1000 }),
    query: () => ({ offset: '1000' }),
    plan: ({ userId }) => planList({ userId, offset: 1000 }),
  }),
  list('offset at half of all', {
    page: (tenant) => ({ kind: 'offset', offset: half(tenant) }),
    query: (tenant) => ({ offset: String(half(tenant)) }),
    plan: (tenant) => planList({ userId: tenant.userId, offset: half(tenant) }),
    isCore: true,
  }),
  list('by endpoint', {
    filter: ({ endpointId }) => ({ endpointId }),
    query: ({ endpointId }) => ({ endpoint_id: endpointId }),
    plan: ({ userId, endpointId }) => planList({ userId, endpointId }),
    isCore: true,
  }),
  list('by application', {
    filter: ({ applicationId }) => ({ applicationId }),
    query: ({ applicationId }) => ({ application_id: applicationId }),
  }),
  list('failed', { filter: () => ({ status: 'failed' }), query: () => ({ status: 'failed' }) }),
  list('pending', { filter: () => ({ status: 'pending' }), query: () => ({ status: 'pending' }) }),
  list('by chain', {
    filter: ({ chainId }) => ({ chainIds: [chainId] }),
    query: ({ chainId }) => ({ chain_ids: String(chainId) }),
  }),
  list('before a time', {
    filter: ({ middleTime }) => ({ to: inUtc(middleTime) }),
    query: ({ middleTime }) => ({ end_date: inUtc(middleTime) }),
  }),
  list('at a time', {
    page: ({ middleTime }) => ({ kind: 'at-time', time: inUtc(middleTime) }),
    query: ({ middleTime }) => ({ at_time: inUtc(middleTime) }),
  }),
  list('blocks up to the middle', {
    filter: ({ middleBlock }) => ({ toBlock: middleBlock }),
    query: ({ middleBlock }) => ({ to_block: String(middleBlock) }),
  }),
  list('at a block', {
    page: ({ middleBlock }) => ({ kind: 'at-block', block: middleBlock }),
    query: ({ middleBlock }) => ({ at_block: String(middleBlock) }),
  }),
  list('by transaction hash', {
    kind: 'hash',
    filter: ({ transactionHash }) => ({ transactionHash }),
    query: ({ transactionHash }) => ({ transaction_hash: transactionHash }),
  }),
];

const search = (name: string, key: 'contractAddress' | 'topic0', value: (tenant: Tenant) => string) =>
  list(name, {
    kind: 'search',
    filter: (tenant) => ({ [key]: value(tenant) }),
    query: (tenant) => ({ [key === 'topic0' ? key : 'contract_address']: value(tenant) }),
  });

const searches: Measured[] = [
  search('by its commonest contract', 'contractAddress', (tenant) => tenant.commonContract),
  search('by its rarest contract', 'contractAddress', (tenant) => tenant.rareContract),
  search("by others' contract", 'contractAddress', (tenant) => tenant.foreignContract ?? nowhere),
  search('by a contract without events', 'contractAddress', () => nowhere),
  search('by its commonest topic', 'topic0', (tenant) => tenant.commonTopic),
  search('by its rarest topic', 'topic0', (tenant) => tenant.rareTopic),
  search('by a topic without events', 'topic0', () => `0x${'0'.repeat(62)}ff`),
];

export const statements: readonly Measured[] = [...statistics, ...lists, ...searches];
