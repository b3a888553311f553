import { ids } from '../support/small-world.js';
import { moreIds, startStatisticsWorld, type StatisticsWorld } from '../support/statistics-world.js';

let world: StatisticsWorld;

beforeAll(async () => {
  world = await startStatisticsWorld();
});

afterAll(() => world.close());

describe('what is refused', () => {
  const series = [
    '/statistics/timeseries',
    `/applications/${ids.aliceApp}/timeseries`,
    `/endpoints/${ids.aliceMain}/timeseries`,
  ];
  const fineBound = '5m is answered for windows of at most 24 hours';

  it.each<[query: string, field: string, message: string | RegExp]>([
    ['time_range=1y', 'time_range', 'must be one of 24h, 7d, 30d, 90d'],
    ['granularity=minute', 'granularity', 'must be one of hour, day, 5m, auto'],
    ['granularity=5m&time_range=7d', 'granularity', fineBound],
    ['granularity=5m&start_date=2026-01-01&end_date=2026-01-03', 'granularity', fineBound],
    ['success=1', 'success', 'must be true or false'],
    ['start_date=2026-02-30', 'start_date', /^must be an RFC 3339 time/],
    ['end_date=now', 'end_date', /^must be an RFC 3339 time/],
    ['start_date=2026-01-02&end_date=2026-01-02', 'end_date', 'must be after start_date'],
    ['start_date=1971-01-01&granularity=hour', 'granularity', /^the window has \d+ points, at most 8808/],
    ['granularty=hour', 'granularty', 'is not a parameter of this route'],
  ])('series with %s', async (query, field, message) => {
    for (const path of series) {
      const { status, body } = await world.app.get(`${path}?${query}`, world.alice);
      expect({ path, status, body }).toMatchObject({
        path,
        status: 400,
        body: { code: 'validation_error', field },
      });
      const prefix = `Validation error: ${field}: `;
      expect(body.error.slice(0, prefix.length)).toBe(prefix);
      expect(body.error.slice(prefix.length)).toEqual(
        typeof message === 'string' ? message : expect.stringMatching(message),
      );
    }
  });

  it.each([
    [`/applications/1/statistics`, 'id', 'must be a UUID'],
    [`/applications/1/timeseries`, 'id', 'must be a UUID'],
    [`/applications/1/endpoints/performance`, 'id', 'must be a UUID'],
    [`/endpoints/1/statistics`, 'id', 'must be a UUID'],
    [`/endpoints/1/timeseries`, 'id', 'must be a UUID'],
    [`/endpoints/${ids.aliceMain}/timeseries?chain_ids=1`, 'chain_ids', 'is not a parameter of this route'],
    [`/applications/${ids.aliceApp}/timeseries?chain_ids=x`, 'chain_ids', /^must be 1 to 50 chain ids/],
    ['/statistics/endpoints', 'ids', /^must be 1 to 200 ids/],
    ['/statistics/endpoints?ids=', 'ids', /^must be 1 to 200 ids/],
    ['/statistics/applications?ids=1', 'ids', /^must be 1 to 200 ids/],
    [`/statistics/applications?ids=${moreIds.nobody},`, 'ids', /^must be 1 to 200 ids/],
    [`/statistics/applications?ids=${moreIds.nobody}&ids=${moreIds.nobody}`, 'ids', /^must be 1 to 200 ids/],
    [`/statistics/applications?id=${moreIds.nobody}`, 'ids', /^must be 1 to 200 ids/],
    [`/statistics/applications?ids=${moreIds.nobody}&limit=1`, 'limit', 'is not a parameter of this route'],
  ])('%s', async (path, field, message) => {
    const { status, body } = await world.app.get(path, world.alice);
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'validation_error', field } });
    expect(body.error.replace(`Validation error: ${field}: `, '')).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it.each([
    '/statistics/dashboard',
    '/statistics/timeseries',
    '/statistics/chain-distribution',
    `/statistics/endpoints?ids=${ids.aliceMain}`,
    `/statistics/applications?ids=${ids.aliceApp}`,
    `/applications/${ids.aliceApp}/statistics`,
    `/applications/${ids.aliceApp}/timeseries`,
    `/applications/${ids.aliceApp}/endpoints/performance`,
    `/endpoints/${ids.aliceMain}/statistics`,
    `/endpoints/${ids.aliceMain}/timeseries`,
  ])('%s without a token', async (path) => {
    const { status, body } = await world.app.get(path);
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'Missing authorization token' });
  });
});
