import type { z } from 'zod';
import { applicationStatisticsSchema } from '../../src/modules/statistics/dto/application-statistics.dto.js';
import { chainDistributionSchema } from '../../src/modules/statistics/dto/chain-distribution.dto.js';
import { endpointPerformanceSchema } from '../../src/modules/statistics/dto/endpoint-performance.dto.js';
import { endpointStatisticsSchema } from '../../src/modules/statistics/dto/endpoint-statistics.dto.js';
import { ids } from '../support/small-world.js';
import {
  moreIds,
  readTrusted,
  startStatisticsWorld,
  type StatisticsWorld,
} from '../support/statistics-world.js';

let world: StatisticsWorld;

beforeAll(async () => {
  world = await startStatisticsWorld();
});

afterAll(() => world.close());

const read = <Schema extends z.ZodObject>(path: string, schema: Schema, token = world.alice) =>
  readTrusted(world.app, path, schema, token);

describe('GET /statistics/chain-distribution', () => {
  it('counts an event once for each chain of the endpoints it was tried at, largest first, then by id', async () => {
    expect(await read('/statistics/chain-distribution', chainDistributionSchema)).toEqual({
      distributions: [
        { chain_id: 1, chain_name: 'Ethereum', event_count: 5, percentage: 100 },
        { chain_id: 10, chain_name: 'Optimism', event_count: 5, percentage: 100 },
        { chain_id: 137, chain_name: 'Polygon', event_count: 1, percentage: 20 },
      ],
      total_events: 5,
    });
  });

  it.each(['without chains', 'without endpoints'])('is empty %s', async (without) => {
    const token = without === 'without chains' ? world.bob : world.admin;
    expect(await read('/statistics/chain-distribution', chainDistributionSchema, token)).toEqual({
      distributions: [],
      total_events: 0,
    });
  });

  it('names the chains of the contract, and others by their number', async () => {
    const [{ id } = { id: '' }] = await world.database.query<{ id: string }>(
      `INSERT INTO endpoints (application_id, name, webhook_url, hmac_secret, chain_ids)
       VALUES ($1, 'chains', 'https://b.example.com', 's', '{42161,8453,11155111,56,56,NULL}') RETURNING id`,
      [ids.bobApp],
    );
    await world.database.query(
      'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number) VALUES ($1, $2, 1), ($1, $2, 2)',
      [ids.bobs, id],
    );
    const { distributions, total_events } = await read(
      '/statistics/chain-distribution',
      chainDistributionSchema,
      world.bob,
    );
    expect(total_events).toBe(1);
    expect(distributions.map(({ chain_name, event_count }) => [chain_name, event_count])).toEqual([
      ['Chain 56', 1],
      ['Base', 1],
      ['Arbitrum', 1],
      ['Sepolia', 1],
    ]);
    await world.database.query('DELETE FROM endpoints WHERE id = $1', [id]);
  });
});

describe('GET /applications/:id/statistics', () => {
  it('counts by hand', async () => {
    expect(await read(`/applications/${ids.aliceApp}/statistics`, applicationStatisticsSchema)).toEqual({
      application_id: ids.aliceApp,
      events_total: 5,
      events_24h: 3,
      endpoints_count: 2,
      active_endpoints: 1,
      total_deliveries: 7,
      successful_deliveries: 4,
      failed_deliveries: 2,
      success_rate: (4 / 7) * 100,
      avg_delivery_time_ms: 200,
      min_delivery_time_ms: 50,
      max_delivery_time_ms: 400,
      first_event_at: world.ingestedAt[ids.old],
      last_event_at: world.ingestedAt[ids.shared],
    });
  });

  it.each([
    ['without endpoints', moreIds.emptyApp, 0],
    ['whose endpoint was never tried', moreIds.idleApp, 1],
  ])('is zeros for an application %s, durations too', async (_, id, endpoints) => {
    expect(await read(`/applications/${id}/statistics`, applicationStatisticsSchema)).toEqual({
      application_id: id,
      events_total: 0,
      events_24h: 0,
      endpoints_count: endpoints,
      active_endpoints: endpoints,
      total_deliveries: 0,
      successful_deliveries: 0,
      failed_deliveries: 0,
      success_rate: 0,
      avg_delivery_time_ms: 0,
      min_delivery_time_ms: 0,
      max_delivery_time_ms: 0,
      first_event_at: null,
      last_event_at: null,
    });
  });
});

describe('GET /applications/:id/endpoints/performance', () => {
  it('lists every endpoint, most events first', async () => {
    const path = `/applications/${ids.aliceApp}/endpoints/performance`;
    expect(await read(path, endpointPerformanceSchema)).toEqual({
      endpoints: [
        {
          endpoint_id: ids.aliceMain,
          name: 'main',
          url: 'https://a.example.com',
          events_count: 5,
          success_rate: 50,
          avg_latency_ms: (300 + 100 + 150 + 400) / 4,
          last_event_at: world.ingestedAt[ids.shared],
        },
        {
          endpoint_id: ids.aliceSpare,
          name: 'spare',
          url: 'https://a.example.com',
          events_count: 1,
          success_rate: 100,
          avg_latency_ms: 50,
          last_event_at: world.ingestedAt[ids.shared],
        },
      ],
    });
  });

  it('has nulls for an endpoint that was never tried, and no row without endpoints', async () => {
    expect(
      await read(`/applications/${moreIds.idleApp}/endpoints/performance`, endpointPerformanceSchema),
    ).toEqual({
      endpoints: [
        {
          endpoint_id: moreIds.idleEndpoint,
          name: 'idle',
          url: 'https://idle.example.com',
          events_count: 0,
          success_rate: 0,
          avg_latency_ms: null,
          last_event_at: null,
        },
      ],
    });
    expect(
      await read(`/applications/${moreIds.emptyApp}/endpoints/performance`, endpointPerformanceSchema),
    ).toEqual({
      endpoints: [],
    });
  });
});

describe('GET /endpoints/:id/statistics', () => {
  it('counts by hand', async () => {
    const body = await read(`/endpoints/${ids.aliceSpare}/statistics`, endpointStatisticsSchema);
    expect(body).toEqual({
      endpoint_id: ids.aliceSpare,
      name: 'spare',
      webhook_url: 'https://a.example.com',
      status: 'healthy',
      events_total: 1,
      events_24h: 1,
      deliveries_total: 1,
      successful_deliveries: 1,
      failed_deliveries: 0,
      success_rate: 100,
      avg_delivery_time_ms: 50,
      p50_latency_ms: expect.closeTo(50, 0),
      p95_latency_ms: expect.closeTo(50, 0),
      p99_latency_ms: expect.closeTo(50, 0),
      health_score: 60 + 30 + 10,
      first_event_at: world.ingestedAt[ids.shared],
      last_event_at: world.ingestedAt[ids.shared],
    });
  });

  it('has latencies of the attempts with a duration, within one percent', async () => {
    const body = await read(`/endpoints/${ids.aliceMain}/statistics`, endpointStatisticsSchema);
    expect(body).toMatchObject({
      events_total: 5,
      events_24h: 3,
      deliveries_total: 6,
      successful_deliveries: 3,
      failed_deliveries: 2,
      success_rate: 50,
      avg_delivery_time_ms: 237.5,
      health_score: 30 + 20 + 10,
      first_event_at: world.ingestedAt[ids.old],
    });
    // Of 100, 150, 300 and 400.
    const within = (actual: number | null, expected: number) =>
      expect(Math.abs((actual ?? 0) - expected)).toBeLessThanOrEqual(expected / 100);
    within(body.p50_latency_ms, 225);
    within(body.p95_latency_ms, 385);
    within(body.p99_latency_ms, 397);
  });

  it('has nulls and zeros for an endpoint that was never tried', async () => {
    expect(await read(`/endpoints/${moreIds.idleEndpoint}/statistics`, endpointStatisticsSchema)).toEqual({
      endpoint_id: moreIds.idleEndpoint,
      name: 'idle',
      webhook_url: 'https://idle.example.com',
      status: 'unknown',
      events_total: 0,
      events_24h: 0,
      deliveries_total: 0,
      successful_deliveries: 0,
      failed_deliveries: 0,
      success_rate: 0,
      avg_delivery_time_ms: null,
      p50_latency_ms: null,
      p95_latency_ms: null,
      p99_latency_ms: null,
      health_score: 0,
      first_event_at: null,
      last_event_at: null,
    });
  });
});
