import type { z } from 'zod';
import {
  applicationBatchSchema,
  applicationStatisticsSchema,
} from '../../src/modules/statistics/dto/application-statistics.dto.js';
import { dashboardSchema } from '../../src/modules/statistics/dto/dashboard.dto.js';
import {
  endpointBatchSchema,
  endpointStatisticsSchema,
} from '../../src/modules/statistics/dto/endpoint-statistics.dto.js';
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

describe('many at once', () => {
  const others = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      moreIds.nobody.replace('ffff', (0xf000 + index).toString(16)),
    );

  it('answers endpoints in the order of the ids, each once, as the single route does', async () => {
    const list = [ids.aliceSpare.toUpperCase(), moreIds.nobody, ids.aliceMain, ids.bobMain, ids.aliceSpare];
    const body = await read(`/statistics/endpoints?ids=${list.join(',')}`, endpointBatchSchema);
    expect(body.endpoints.map(({ endpoint_id }) => endpoint_id)).toEqual([ids.aliceSpare, ids.aliceMain]);
    expect(body.not_found).toEqual([moreIds.nobody, ids.bobMain]);
    for (const endpoint of body.endpoints)
      expect(endpoint).toEqual(
        await read(`/endpoints/${endpoint.endpoint_id}/statistics`, endpointStatisticsSchema),
      );
  });

  it('answers applications in the order of the ids, each once, as the single route does', async () => {
    const list = [moreIds.emptyApp, ids.bobApp, ids.aliceApp, moreIds.nobody, moreIds.emptyApp];
    const body = await read(`/statistics/applications?ids=${list.join(',')}`, applicationBatchSchema);
    expect(body.applications.map(({ application_id }) => application_id)).toEqual([
      moreIds.emptyApp,
      ids.aliceApp,
    ]);
    expect(body.not_found).toEqual([ids.bobApp, moreIds.nobody]);
    for (const application of body.applications)
      expect(application).toEqual(
        await read(`/applications/${application.application_id}/statistics`, applicationStatisticsSchema),
      );
  });

  it('takes 200 ids and refuses 201', async () => {
    const full = [ids.aliceMain, ...others(199)];
    const body = await read(`/statistics/endpoints?ids=${full.join(',')}`, endpointBatchSchema);
    expect([body.endpoints.length, body.not_found.length]).toEqual([1, 199]);
    const applications = [ids.aliceApp, ...others(199)];
    const answer = await read(
      `/statistics/applications?ids=${applications.join(',')}`,
      applicationBatchSchema,
    );
    expect([answer.applications.length, answer.not_found.length]).toEqual([1, 199]);
    for (const kind of ['endpoints', 'applications']) {
      const refused = await world.app.get(`/statistics/${kind}?ids=${others(201).join(',')}`, world.alice);
      expect({ status: refused.status, error: refused.body.error }).toEqual({
        status: 400,
        error: 'Validation error: ids: must be 1 to 200 ids (UUIDs), separated by commas',
      });
    }
  });

  it('has nothing but not_found where nothing is found', async () => {
    expect(await read(`/statistics/endpoints?ids=${ids.aliceMain}`, endpointBatchSchema, world.bob)).toEqual({
      endpoints: [],
      not_found: [ids.aliceMain],
    });
    expect(
      await read(`/statistics/applications?ids=${ids.aliceApp}`, applicationBatchSchema, world.bob),
    ).toEqual({
      applications: [],
      not_found: [ids.aliceApp],
    });
  });
});

describe('another tenant', () => {
  const applicationRoutes = [
    'statistics',
    'timeseries',
    'timeseries?start_date=2100-01-01',
    'endpoints/performance',
  ];
  const endpointRoutes = ['statistics', 'timeseries', 'timeseries?start_date=2100-01-01'];

  it.each(applicationRoutes)(
    'gets 404 for /applications/:id/%s, as for one that is not there',
    async (route) => {
      for (const [token, id] of [
        [world.bob, ids.aliceApp],
        [world.bob, moreIds.emptyApp],
        [world.admin, ids.aliceApp],
        [world.alice, ids.bobApp],
        [world.alice, moreIds.nobody],
        [world.alice, ids.aliceMain],
      ] as const) {
        const { status, body } = await world.app.get(`/applications/${id}/${route}`, token);
        expect({ status, error: body.error, code: body.code }).toEqual({
          status: 404,
          error: 'Application not found',
          code: 'application_not_found',
        });
      }
    },
  );

  it.each(endpointRoutes)('gets 403 for /endpoints/:id/%s, and anybody 404 for none', async (route) => {
    for (const [token, id] of [
      [world.bob, ids.aliceMain],
      [world.bob, moreIds.idleEndpoint],
      [world.admin, ids.aliceMain],
      [world.alice, ids.bobMain],
    ] as const) {
      const { status, body } = await world.app.get(`/endpoints/${id}/${route}`, token);
      expect({ status, error: body.error, code: body.code }).toEqual({
        status: 403,
        error: 'Access denied',
        code: 'access_denied',
      });
    }
    for (const id of [moreIds.nobody, ids.aliceApp]) {
      const { status, body } = await world.app.get(`/endpoints/${id}/${route}`, world.alice);
      expect({ status, error: body.error }).toEqual({ status: 404, error: 'Endpoint not found' });
    }
  });

  it('shares the event, but not the attempts of the others', async () => {
    expect(
      await read(`/endpoints/${ids.bobMain}/statistics`, endpointStatisticsSchema, world.bob),
    ).toMatchObject({
      events_total: 2,
      deliveries_total: 2,
      success_rate: 50,
      avg_delivery_time_ms: 2000,
    });
    expect(await read('/statistics/dashboard', dashboardSchema, world.bob)).toMatchObject({
      total_deliveries: 2,
    });
  });
});
