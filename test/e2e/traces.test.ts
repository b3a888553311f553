import { freePort } from '../support/free-port.js';
import { becomes } from '../support/leader-tasks.js';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SECRET = 'of-the-receiver';
const servers: ServerProcess[] = [];

let database: TestDatabase;
let receiver: OtlpReceiver;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.child.kill('SIGKILL');
    await server.ended();
  }
});

afterAll(async () => {
  receiver.close();
  await database.drop();
});

async function start(environment: Record<string, string>) {
  const server = startServerProcess({
    DATABASE_URL: database.url,
    JWT_SECRET: 'x'.repeat(32),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    MAINTENANCE_ENABLED: 'false',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    ...environment,
  });
  servers.push(server);
  const url = await server.ready();
  const session = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'alice@example.com', password }),
  });
  const { token } = (await session.json()) as { token: string };
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return { server, get, token };
}

const attribute = ({ attributes }: ReceivedSpan, key: string) => {
  const { value } = attributes.find((one) => one.key === key) ?? {};
  return value?.stringValue ?? (value?.intValue === undefined ? undefined : Number(value.intValue));
};

it('sends a span of each request below its caller, with those of its statements, and no value of any', async () => {
  const { server, get, token } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-key=${SECRET}`,
    OTEL_SERVICE_NAME: 'admin-of-the-test',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  const answer = await get(`/endpoints/${ids.aliceMain}/statistics?secret=hunter2`, {
    traceparent: `00-${TRACE}-${PARENT}-01`,
  });
  await answer.text();
  const refused = await get(`/endpoints/${ids.bobMain}/statistics`, {
    traceparent: `00-${TRACE}-${PARENT}-01`,
  });
  expect([refused.status, await refused.json()]).toMatchObject([403, { trace_id: TRACE }]);
  for (const path of ['/health/ready', '/health/live', '/metrics']) await (await get(path)).text();

  const mine = () => receiver.spans.filter(({ traceId }) => traceId === TRACE);
  await becomes('the spans have come', () => mine().filter(({ kind }) => kind === 2).length === 2);
  const [root] = mine().filter((span) => attribute(span, 'http.response.status_code') === answer.status);
  expect(root).toMatchObject({ name: 'GET /api/v1/endpoints/:id/statistics', kind: 2, parentSpanId: PARENT });
  expect(attribute(root as ReceivedSpan, 'http.route')).toBe('/api/v1/endpoints/:id/statistics');
  expect(attribute(root as ReceivedSpan, 'http.request.method')).toBe('GET');
  const statements = mine().filter(({ parentSpanId }) => parentSpanId === root?.spanId);
  expect(statements.length).toBeGreaterThan(0);
  for (const span of statements) {
    expect([span.kind, attribute(span, 'db.system.name')]).toEqual([3, 'postgresql']);
    expect(attribute(span, 'db.query.summary')).toBe(span.name);
    expect(span.name).toMatch(/^[a-z]+\.[a-z-]+$/);
  }
  // Also of a request with a body, whose events come from elsewhere.
  const login = receiver.spans.find(({ name }) => name === 'POST /api/v1/auth/login');
  expect(receiver.spans.some(({ parentSpanId }) => parentSpanId === login?.spanId)).toBe(true);
  // Neither probes nor the work behind are traces.
  expect(receiver.spans.filter(({ kind, parentSpanId }) => kind !== 2 && parentSpanId === undefined)).toEqual(
    [],
  );
  expect(receiver.spans.map(({ name }) => name).join()).not.toMatch(/health|metrics/);

  expect([receiver.resource('service.name'), receiver.resource('deployment.environment.name')]).toEqual([
    'admin-of-the-test',
    'test',
  ]);
  expect(receiver.headers[0]).toMatchObject({ path: '/v1/traces', 'x-key': SECRET });
  for (const value of [
    token,
    password,
    'alice@example.com',
    'hunter2',
    ids.aliceMain,
    ids.bobMain,
    'SELECT',
    SECRET,
  ])
    expect(receiver.bodies.join()).not.toContain(value);
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.includes('"request"'))
    .map((line) => JSON.parse(line) as { path: string; trace_id?: string });
  expect(lines.filter(({ trace_id }) => trace_id === TRACE)).toHaveLength(2);
  expect(server.output()).not.toContain(SECRET);
});

it('sends what is left when it stops', async () => {
  const { server, get } = await start({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  const before = receiver.spans.length;
  await (await get('/users/me')).text();
  expect(receiver.spans.length).toBe(before);
  server.child.kill('SIGTERM');
  expect(await server.ended()).toEqual({ code: 0, signal: null });
  expect(receiver.spans.slice(before).map(({ name }) => name)).toContain('GET /api/v1/users/me');
});

it('a receiver that is away costs its spans: requests are answered, it is said once, and the stop is not held up', async () => {
  const port = await freePort();
  const { server, get } = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${SECRET}@127.0.0.1:${port}`,
  });
  for (let round = 0; round < 40; round++) {
    const answer = await get('/statistics/dashboard');
    expect(answer.status).toBe(200);
    await answer.text();
  }
  server.child.kill('SIGTERM');
  const startedAt = performance.now();
  expect(await server.ended()).toEqual({ code: 0, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  const said = server
    .output()
    .split('\n')
    .filter((line) => line.includes('traces could not be sent'));
  expect(said.length).toBeLessThanOrEqual(1);
  expect(server.output()).not.toContain(SECRET);
});

it.each([
  ['without an endpoint', {}],
  [
    'with OTEL_SDK_DISABLED',
    { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
  ],
])('%s nothing is traced', async (_, environment) => {
  const { server, get } = await start(environment);
  const answer = await get('/endpoints/00000000-0000-4000-8000-000000000000/statistics', {
    traceparent: `00-${TRACE}-${PARENT}-01`,
  });
  expect(await answer.json()).not.toHaveProperty('trace_id');
  expect(server.output()).not.toContain('trace_id');
});

it('refuses what it cannot do: gRPC, and a sampler that there is not', async () => {
  const server = startServerProcess({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
  });
  servers.push(server);
  expect((await server.ended()).code).toBe(1);
  for (const name of ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_TRACES_SAMPLER', 'OTEL_EXPORTER_OTLP_ENDPOINT'])
    expect(server.output()).toContain(`- ${name}: must be`);
});
