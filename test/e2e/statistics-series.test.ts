import type { z } from 'zod';
import {
  endpointTimeseriesSchema,
  timeseriesSchema,
} from '../../src/modules/statistics/dto/timeseries.dto.js';
import { ids } from '../support/small-world.js';
import {
  moreIds,
  readTrusted,
  startStatisticsWorld,
  sum,
  type StatisticsWorld,
} from '../support/statistics-world.js';

const HOUR_MS = 3_600_000;
const ofUser = '/statistics/timeseries';
const ofApplication = `/applications/${ids.aliceApp}/timeseries`;
const ofEndpoint = `/endpoints/${ids.aliceMain}/timeseries`;

let world: StatisticsWorld;

beforeAll(async () => {
  world = await startStatisticsWorld();
});

afterAll(() => world.close());

const read = <Schema extends z.ZodObject>(path: string, schema: Schema, token = world.alice) =>
  readTrusted(world.app, path, schema, token);

describe('series', () => {
  it('of an application count its attempts', async () => {
    const { data_points, time_range, granularity } = await read(ofApplication, timeseriesSchema);
    expect({ time_range, granularity }).toEqual({ time_range: '24h', granularity: 'hour' });
    expect([24, 25]).toContain(data_points.length);
    expect(sum(data_points, 'event_count')).toBe(3);
    expect(sum(data_points, 'delivery_count')).toBe(5);
    const filtered = async (query: string) => {
      const answer = await read(ofApplication + query, timeseriesSchema);
      return sum(answer.data_points, 'delivery_count');
    };
    expect(await filtered('?success=true')).toBe(2);
    expect(await filtered('?success=false')).toBe(2);
    expect(await filtered('?chain_ids=137')).toBe(1);
    expect(await filtered('?chain_ids=137,10&success=true')).toBe(2);
    expect(await filtered('?chain_ids=5')).toBe(0);
    expect(await filtered('?time_range=30d')).toBe(6);
    expect(await filtered('?time_range=90d')).toBe(6);
  });

  it('of an endpoint are distinct events', async () => {
    const { data_points, granularity } = await read(ofEndpoint, endpointTimeseriesSchema);
    expect(granularity).toBe('hour');
    expect([24, 25]).toContain(data_points.length);
    expect(sum(data_points, 'count')).toBe(3);
    const events = async (query: string) =>
      sum((await read(ofEndpoint + query, endpointTimeseriesSchema)).data_points, 'count');
    expect(await events('?success=true')).toBe(1);
    expect(await events('?success=false')).toBe(2);
    expect(await events('?time_range=90d')).toBe(4);
  });

  it.each([
    [`${ofUser}?granularity=auto`, 'hour'],
    [`${ofUser}?time_range=7d`, 'hour'],
    [`${ofUser}?time_range=7d&granularity=auto`, 'day'],
    [`${ofApplication}?time_range=7d`, 'day'],
    [`${ofApplication}?start_date=-36h`, 'day'],
    [`${ofApplication}?start_date=-24h`, 'hour'],
    [`${ofApplication}?time_range=7d&granularity=hour`, 'hour'],
    [`${ofEndpoint}?start_date=-36h`, 'hour'],
    [`${ofEndpoint}?start_date=-49h`, 'day'],
    [`${ofEndpoint}?granularity=5m`, '5m'],
  ])('%s are by %s, and say so', async (template, granularity) => {
    const path = template.replace(/-(\d+)h$/, (_, hours) =>
      new Date(Date.now() - Number(hours) * HOUR_MS).toISOString(),
    );
    const { status, body } = await world.app.get(path, world.alice);
    expect({ status, granularity: body.granularity }).toEqual({ status: 200, granularity });
  });

  it.each([
    ['5m', 300_000, '24h', [288, 289]],
    ['hour', HOUR_MS, '24h', [24, 25]],
    ['hour', HOUR_MS, '90d', [2160, 2161]],
    ['day', 24 * HOUR_MS, '90d', [90, 91]],
  ])('by %s have a point every %i ms of %s, quiet ones too', async (granularity, stepMs, range, lengths) => {
    const query = `?granularity=${granularity}&time_range=${range}`;
    const { data_points } = await read(ofUser + query, timeseriesSchema);
    expect(lengths).toContain(data_points.length);
    const times = data_points.map(({ timestamp }) => Date.parse(timestamp));
    expect(times.every((time) => time % stepMs === 0)).toBe(true);
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === stepMs)).toBe(true);
    const pointOf = (event: string) => {
      const start = Math.floor(Date.parse(world.ingestedAt[event] ?? '') / stepMs) * stepMs;
      return data_points.find(({ timestamp }) => Date.parse(timestamp) === start);
    };
    expect(pointOf(ids.shared)?.event_count).toBeGreaterThan(0);
    if (stepMs <= HOUR_MS)
      expect(pointOf(ids.failed)).toEqual({
        timestamp: expect.any(String),
        event_count: 1,
        delivery_count: 1,
        successful_deliveries: 0,
        failed_deliveries: 1,
        success_rate: 0,
        avg_latency_ms: null,
      });
    expect(sum(data_points, 'event_count')).toBe(range === '24h' ? 3 : 4);
  });

  it.each([ofUser, ofApplication, ofEndpoint])('%s is half-open to the microsecond', async (path) => {
    const at = world.ingestedAt[ids.shared] ?? '';
    const [{ after } = { after: '' }] = await world.database.query<{ after: string }>(
      `SELECT (to_json(($1::timestamptz + interval '1 microsecond') AT TIME ZONE 'UTC') #>> '{}') || 'Z' AS after`,
      [at],
    );
    const events = async (query: string) => {
      const { status, body } = await world.app.get(`${path}?${query}`, world.alice);
      expect(status).toBe(200);
      const points = body.data_points as { event_count?: number; count?: number }[];
      return points.reduce((total, { event_count = 0, count = 0 }) => total + event_count + count, 0);
    };
    expect(await events(`start_date=${at}&end_date=${after}&granularity=5m`)).toBe(1);
    expect(await events(`start_date=${after}&granularity=5m`)).toBe(0);
    expect(await events(`end_date=${at}`)).toBe(2);
    expect(await events(`end_date=${after}`)).toBe(3);
  });

  it.each([ofUser, `/applications/${moreIds.emptyApp}/timeseries`, ofEndpoint])(
    '%s has no point in a window that begins in the future',
    async (path) => {
      const { status, body } = await world.app.get(
        `${path}?start_date=2100-01-01&end_date=2100-01-02`,
        world.alice,
      );
      expect({ status, points: body.data_points }).toEqual({ status: 200, points: [] });
    },
  );

  it('are zeros for what was never tried', async () => {
    const application = await read(`/applications/${moreIds.emptyApp}/timeseries`, timeseriesSchema);
    expect([24, 25]).toContain(application.data_points.length);
    expect(application.data_points[0]).toMatchObject({
      event_count: 0,
      success_rate: 0,
      avg_latency_ms: null,
    });
    const endpoint = await read(`/endpoints/${moreIds.idleEndpoint}/timeseries`, endpointTimeseriesSchema);
    expect([24, 25]).toContain(endpoint.data_points.length);
    expect(sum(endpoint.data_points, 'count')).toBe(0);
  });
});
