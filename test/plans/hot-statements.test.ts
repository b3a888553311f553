import { ExplainedSession, type Explained } from '../support/explained-session.js';
import { hotReads } from '../support/hot-reads.js';
import { accessOf, gatheredBelowLimit, rowsLookedAt } from '../support/plan-nodes.js';
import {
  ATTEMPTS,
  createPlanWorld,
  openPlanWorld,
  plannerStatistics,
  type PlannerStatistics,
} from '../support/plan-world.js';
import type { TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

/** What a statement may look at, of a table that grows with the history: the tail, some hours and a page. */
const MAX_ROWS = ATTEMPTS / 20;
/** Where attempts with the bounds of a bin went, all attempts of their endpoint are read, once; in a bitmap they count twice. */
const maxRowsOf: Readonly<Record<string, number>> = { 'statistics.repair-duration-bounds': ATTEMPTS * 2.1 };
const growing = [
  'delivery_attempts',
  'events',
  'event_blocks',
  'event_facets',
  'statistics_days',
  'statistics_durations',
  'statistics_hours',
];
const statistics = Object.keys(plannerStatistics) as PlannerStatistics[];

let world: TestDatabase;
beforeAll(async () => {
  world = await createPlanWorld();
});
afterAll(() => world.drop());

const shortNames = (names: Iterable<string>) =>
  [...names].map((name) => name.replace(/^(idx_)?delivery_attempts_/, '')).sort();

const indexesOfAttempts = (explained: readonly Explained[]) =>
  shortNames(new Set(explained.flatMap(({ plan }) => accessOf(plan)['delivery_attempts'] ?? [])));

const lookups = [
  'events_transaction_hash_log_index_key',
  'idx_events_block', // a few of them
  'idx_events_ingested_at_id',
];

/** Ways into tables but delivery_attempts that are no lookup of one row, or of the few of a transaction or block. */
const otherWays = ({ plan }: Explained) =>
  Object.entries(accessOf(plan)).flatMap(([table, ways]) =>
    growing.slice(1).includes(table)
      ? ways.filter((way) => way !== `${table}_pkey` && !lookups.includes(way))
      : [],
  );
const readsAll = ({ plan }: Explained) =>
  Object.entries(accessOf(plan)).flatMap(([table, ways]) =>
    [...growing, 'superseded_attempts'].includes(table) && ways.includes('Seq Scan') ? [table] : [],
  );
const rowsOf = ({ label, plan }: Explained) =>
  growing.flatMap((table) => {
    const rows = Math.round(rowsLookedAt(plan, table));
    return rows > (maxRowsOf[label] ?? MAX_ROWS) ? [`${label}: ${rows} of ${table}`] : [];
  });

describe.each(statistics)('planned with statistics: %s', (kind) => {
  let opened: Awaited<ReturnType<typeof openPlanWorld>>;
  beforeAll(async () => {
    opened = await openPlanWorld(world, kind);
  });
  afterAll(() => opened.close());

  it.each(hotReads)('$name', async ({ run, attempts, isOrdered = false }) => {
    const session = new ExplainedSession(opened.session);
    await run(session, opened.ids);
    const { explained } = session;
    expect(explained.flatMap(readsAll)).toEqual([]);
    expect(indexesOfAttempts(explained)).toEqual(attempts);
    expect(explained.flatMap(otherWays)).toEqual([]);
    expect(explained.flatMap(rowsOf)).toEqual([]);
    const gathered = explained.flatMap(({ plan }) => gatheredBelowLimit(plan, 'hits', 'delivery_attempts'));
    expect(isOrdered ? gathered : []).toEqual([]);
  });
});
