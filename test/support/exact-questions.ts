import type { Random } from '../../src/demo/random.js';
import type {
  Bucket,
  EndpointStatisticsRow,
  Read,
  SeriesFilter,
  SeriesScope,
  StatisticsReads,
} from '../../src/modules/statistics/statistics.reads.js';
import type { OwnSession } from './own-session.js';

export interface Question {
  read: string;
  parameters: unknown;
  ask(reads: StatisticsReads): Promise<Read<unknown>>;
}

export interface Tenant {
  userId: string;
  applicationIds: string[];
  endpointIds: string[];
  /** Of the events whose attempts were written last, which are mostly not folded yet. */
  times: string[];
}

/** Every user, also of nothing, and one who is not there; with what is somebody else's among what is asked for. */
export async function readTenants(session: Pick<OwnSession, 'run'>): Promise<Tenant[]> {
  const tenants = await session.run<Tenant>(`
    SELECT u.id AS "userId",
           ARRAY(SELECT a.id::text FROM applications a WHERE a.user_id = u.id ORDER BY a.id) AS "applicationIds",
           ARRAY(SELECT p.id::text FROM endpoints p JOIN applications a ON a.id = p.application_id
                  WHERE a.user_id = u.id ORDER BY p.id) AS "endpointIds",
           ARRAY(SELECT to_char(x.at + d, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                   FROM (SELECT e.ingested_at AS at FROM delivery_attempts a JOIN events e ON e.id = a.event_id
                          WHERE a.user_id = u.id AND e.ingested_at IS NOT NULL ORDER BY a.written_in DESC NULLS LAST, a.id LIMIT 6) x
                  CROSS JOIN unnest(ARRAY['0', '1 microsecond', '1 second', '1 minute']::interval[]) d) AS "times"
      FROM users u ORDER BY u.id`);
  const [first] = tenants;
  return [...tenants, { userId: '00000000-0000-4000-8000-00000000dead', ...pickIds(first), times: [] }];
}

const pickIds = (tenant?: Tenant) => ({
  applicationIds: tenant?.applicationIds ?? [],
  endpointIds: tenant?.endpointIds ?? [],
});

const MINUTE_MS = 60_000;
const windows = [24, 168, 720, 2160];
const borders = [5 * MINUTE_MS, 60 * MINUTE_MS, 1440 * MINUTE_MS];

/** All reads once of each tenant, and `series` draws of a scope, window, bucket, chains and outcome. */
export function questionsOf(tenants: readonly Tenant[], series: number, random: Random): Question[] {
  return tenants.flatMap((tenant, index) => {
    const foreign = tenants[(index + 1) % tenants.length] ?? tenant;
    const { userId } = tenant;
    const applicationIds = [...tenant.applicationIds, ...foreign.applicationIds.slice(0, 2)];
    const endpointIds = [...tenant.endpointIds, ...foreign.endpointIds.slice(0, 2)];
    return [
      question('dashboard', { userId }, (reads) => reads.dashboard(userId)),
      question('chainDistribution', { userId }, (reads) => reads.chainDistribution(userId)),
      question('applications', { userId, applicationIds }, (reads) =>
        sorted(reads.applications(userId, applicationIds), 'applicationId'),
      ),
      question('endpoints', { userId, endpointIds }, (reads) =>
        sorted(reads.endpoints(userId, endpointIds), 'endpointId'),
      ),
      ...applicationIds.map((id) =>
        question('performance', { userId, id }, (reads) => reads.performance(userId, id)),
      ),
      ...Array.from({ length: series }, () =>
        seriesQuestion(drawSeries({ ...tenant, applicationIds, endpointIds }, random)),
      ),
    ];
  });
}

const question = (read: string, parameters: unknown, ask: Question['ask']): Question => ({
  read,
  parameters,
  ask,
});
export const seriesQuestion = (filter: SeriesFilter) =>
  question('series', filter, (reads) => reads.series(filter));

async function sorted<Row>(read: Promise<Read<Row[]>>, key: keyof Row): Promise<Read<Row[]>> {
  const { value, trust } = await read;
  return { value: value.toSorted((a, b) => (a[key] < b[key] ? -1 : 1)), trust };
}

function drawSeries(tenant: Tenant, random: Random): SeriesFilter {
  const bucket = random.pick<Bucket>(['5m', 'hour', 'day']);
  const hours = bucket === '5m' ? 24 : random.pick(windows);
  const chains = [undefined, undefined, [1], [10, 137], [8453], [1, 10, 137, 8453, 42161], [999], []];
  return {
    userId: tenant.userId,
    scope: drawScope(tenant, random),
    bucket,
    hours,
    ...drawEnds(tenant.times, hours, random),
    chainIds: random.pick(chains),
    success: random.pick([undefined, true, false]),
  };
}

function drawScope({ applicationIds, endpointIds }: Tenant, random: Random): SeriesScope {
  const kind = random.pick(['user', 'application', 'endpoint'] as const);
  const ids = kind === 'application' ? applicationIds : endpointIds;
  if (kind === 'user' || ids.length === 0) return { kind: 'user' };
  return { kind, id: random.pick(ids) };
}

/** Both, either or none; many on a border of a bucket or a microsecond beside it, and some windows empty. */
function drawEnds(
  times: readonly string[],
  hours: number,
  random: Random,
): Pick<SeriesFilter, 'from' | 'to'> {
  const end = (agoHours: number) => {
    if (times.length > 0 && random.chance(0.5)) return random.pick(times);
    const at = Date.now() - agoHours * 60 * MINUTE_MS;
    const border = random.pick(borders);
    const ms = random.chance(0.6) ? Math.floor(at / border) * border : Math.floor(at);
    return withMicroseconds(ms, random.pick([-1, 0, 0, 1]));
  };
  const from = random.chance(0.5) ? end(random.between(0, hours)) : null;
  const to = random.chance(0.5) ? end(random.between(-30, hours / 4)) : null;
  return { from, to };
}

const withMicroseconds = (ms: number, us: number) =>
  us < 0
    ? new Date(ms - 1).toISOString().replace('Z', '999Z')
    : new Date(ms).toISOString().replace('Z', `00${us}Z`);

/** Without the percentiles, which are compared for themselves. */
export function withoutPercentiles(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((row: Partial<EndpointStatisticsRow>) => {
    const { p50DurationMs: _1, p95DurationMs: _2, p99DurationMs: _3, ...rest } = row;
    return rest;
  });
}
