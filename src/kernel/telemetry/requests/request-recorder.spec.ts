import { Metrics } from '../metrics.js';
import { RequestCost } from './request-cost.js';
import { NO_ENDPOINT, OTHERS, type RecordedRequest } from './request-minute.js';
import { RequestRecorder } from './request-recorder.js';

const MINUTE_MS = 60_000;
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const request = (userId: string, own: Partial<RecordedRequest> = {}): RecordedRequest => ({
  route: '/api/v1/events',
  method: 'GET',
  status: 200,
  ms: 5,
  isTimeout: false,
  cache: undefined,
  userId,
  endpointId: NO_ENDPOINT,
  bytes: 10,
  ...own,
});
const costOf = (ms: number) => {
  const cost = new RequestCost();
  cost.add(ms, 3, 1);
  return cost;
};

let metrics: Metrics;
let recorder: RequestRecorder;

beforeEach(() => {
  jest.useFakeTimers({ now: 1000 * MINUTE_MS });
  metrics = new Metrics();
  recorder = new RequestRecorder(metrics);
});
afterEach(() => void jest.useRealTimers());

const pass = (minutes: number) => void jest.advanceTimersByTime(minutes * MINUTE_MS);
const counted = async (name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await metrics.text())?.[1]);

it('keeps a minute until it has been taken, and gives one that is not over where that is asked for', () => {
  recorder.record(request(uuid(1)), 5, costOf(2));
  expect(recorder.minutes()).toEqual([]);
  pass(1);
  recorder.record(request(uuid(1)), 5, costOf(2));
  expect(recorder.minutes().map(({ minute }) => minute)).toEqual([1000]);
  const [first, second] = recorder.minutes(true);
  expect([first?.minute, second?.minute]).toEqual([1000, 1001]);
  recorder.record(request(uuid(1)), 5, costOf(2));
  const [, , again] = recorder.minutes(true);
  expect([again?.minute, again?.part !== second?.part]).toEqual([1001, true]);
  for (const minute of recorder.minutes()) recorder.kept(minute);
  expect(recorder.minutes(true)).toEqual([]);
});

it('adds what goes on after the answer to its tenant, but not what a stream has begun', () => {
  const cost = costOf(2);
  recorder.record(request(uuid(1)), 5, cost);
  const stream = costOf(1);
  recorder.record(request(uuid(2), { ms: null }), 5, stream);
  stream.end();
  pass(1);
  cost.add(7, 1, 1);
  stream.add(100, 100, 100);
  const [begun, later] = recorder.minutes(true);
  const figures = (minute = begun) =>
    minute?.tenants.map(({ userId, requests, ms, rows }) => [userId, requests, ms, rows]);
  expect(figures()).toEqual([
    [uuid(1), 1, 2, 3],
    [uuid(2), 1, 1, 3],
  ]);
  expect(figures(later)).toEqual([[uuid(1), 0, 7, 1]]);
  expect(later?.routes).toMatchObject([{ requests: 0, databaseMs: 7 }]);
});

it('has room for some thousand tenants a minute: the rest are others, and nothing of them is lost', () => {
  for (let n = 0; n < 4100; n++) recorder.record(request(uuid(n)), 5, costOf(1));
  const [minute] = recorder.minutes(true);
  expect(minute?.tenants).toHaveLength(4001);
  expect(minute?.tenants.at(-1)).toEqual({
    userId: OTHERS,
    endpointId: NO_ENDPOINT,
    requests: 100,
    bytes: 1000,
    ms: 100,
    rows: 300,
    statements: 100,
  });
});

it('drops the oldest minutes when nobody takes them, and says of how many requests', async () => {
  for (let minute = 0; minute < 14; minute++) {
    for (let n = 0; n < 4000; n++) recorder.record(request(uuid(n)), 5, costOf(1));
    pass(1);
  }
  const minutes = recorder.minutes();
  expect(minutes.map(({ minute }) => minute)).toEqual(Array.from({ length: 12 }, (_, n) => 1002 + n));
  expect(await counted('ethhook_request_figures_dropped_total')).toBe(8000);
});

it('counts a refusal and a stream, which have no latency, and tells Prometheus of all', async () => {
  recorder.record(request(uuid(1), { status: 429, ms: null }), 0.5, undefined);
  recorder.record(request(uuid(1), { status: 503, ms: 700, isTimeout: true }), 700, costOf(600));
  const [minute] = recorder.minutes(true);
  expect(minute?.routes).toMatchObject([
    { requests: 2, errors: 1, clientErrors: 1, timeouts: 1, sumMs: 700, maxMs: 700 },
  ]);
  expect([...(minute?.routes[0]?.latencies.values() ?? [])]).toEqual([1]);
  const lines = (await metrics.text()).split('\n').filter((line) => line.includes('http_request_duration'));
  const labels = 'route="/api/v1/events",method="GET",status="5xx"';
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE ethhook_http_request_duration_seconds histogram',
      `ethhook_http_request_duration_seconds_bucket{${labels},le="0.5"} 0`,
      `ethhook_http_request_duration_seconds_bucket{${labels},le="1"} 1`,
      `ethhook_http_request_duration_seconds_bucket{${labels},le="+Inf"} 1`,
      `ethhook_http_request_duration_seconds_sum{${labels}} 0.7`,
      `ethhook_http_request_duration_seconds_count{${labels}} 1`,
    ]),
  );
});
