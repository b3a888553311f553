import {
  applicationTimeseriesQuerySchema,
  endpointTimeseriesQuerySchema,
  timeseriesQuerySchema,
} from './dto/timeseries.query.js';
import { windowOf } from './time-window.js';

const now = new Date('2026-03-01T00:00:00Z');
const window = (query: Record<string, string>, autoHourlyMax = 24) =>
  windowOf(timeseriesQuerySchema.parse(query), autoHourlyMax, now);
const bucket = (query: Record<string, string>, autoHourlyMax?: number) =>
  window({ granularity: 'auto', ...query }, autoHourlyMax).bucket;

describe('windowOf', () => {
  it('trails the range without dates', () => {
    expect(window({})).toEqual({ from: null, to: null, hours: 24, bucket: 'hour' });
    expect(window({ time_range: '30d' })).toEqual({ from: null, to: null, hours: 720, bucket: 'hour' });
    expect(window({ time_range: '90d' })).toMatchObject({ hours: 2160 });
  });

  it('takes either date alone and keeps its microseconds', () => {
    expect(window({ start_date: '2026-02-01T00:00:00.123456Z' })).toMatchObject({
      from: '2026-02-01T00:00:00.123456Z',
      to: null,
    });
    expect(window({ end_date: '2026-02-01', time_range: '7d' })).toMatchObject({
      from: null,
      to: '2026-02-01',
      hours: 168,
    });
  });

  it('accepts a window of microseconds and refuses an empty or reversed one', () => {
    const start_date = '2026-02-01T00:00:00.000001Z';
    expect(window({ start_date, end_date: '2026-02-01T00:00:00.000002Z' })).toBeTruthy();
    expect(() => window({ start_date, end_date: start_date })).toThrow('end_date: must be after start_date');
    expect(() => window({ start_date, end_date: '2026-01-01' })).toThrow(
      'end_date: must be after start_date',
    );
  });

  it('bounds the number of points', () => {
    expect(window({ start_date: '2025-03-01', granularity: 'hour' })).toBeTruthy();
    expect(() => window({ start_date: '2024-03-01', granularity: 'hour' })).toThrow(
      /granularity: .* 17521 points/,
    );
    expect(window({ start_date: '2010-03-01', granularity: 'day' })).toBeTruthy();
  });

  it('resolves auto by the length of the window, whether it trails or has dates', () => {
    expect(bucket({})).toBe('hour');
    expect(bucket({ time_range: '7d' })).toBe('day');
    expect(bucket({ start_date: '2026-02-28' })).toBe('hour');
    expect(bucket({ start_date: '2026-02-27T23:59:00Z' })).toBe('day');
    expect(bucket({ start_date: '2026-02-27T23:59:00Z' }, 48)).toBe('hour');
    expect(bucket({ start_date: '2026-02-27' }, 48)).toBe('hour');
    expect(bucket({ start_date: '2026-02-26T23:59:00Z' }, 48)).toBe('day');
    expect(bucket({ start_date: '2026-01-01', end_date: '2026-01-02', time_range: '30d' })).toBe('hour');
  });

  it('takes a start that was 24 hours ago when it was sent for a window of 24 hours', () => {
    const start_date = '2026-02-27T23:59:00.001Z';
    expect(bucket({ start_date })).toBe('hour');
    expect(bucket({ start_date, granularity: '5m' })).toBe('5m');
  });

  it('answers by 5 minutes up to 24 hours', () => {
    const refusal = 'granularity: 5m is answered for windows of at most 24 hours';
    expect(bucket({ granularity: '5m' })).toBe('5m');
    expect(bucket({ granularity: '5m', end_date: '2026-01-01' })).toBe('5m');
    expect(() => bucket({ granularity: '5m', time_range: '7d' })).toThrow(refusal);
    expect(() => bucket({ granularity: '5m', start_date: '2026-02-27T23:59:00Z' })).toThrow(refusal);
  });
});

describe('timeseriesQuerySchema', () => {
  it('reads a list of chains once each, in order', () => {
    expect(timeseriesQuerySchema.parse({ chain_ids: '10,1,10' }).chain_ids).toEqual([1, 10]);
  });

  it('reads a zone offset whose plus the URL turned into a blank', () => {
    expect(timeseriesQuerySchema.parse({ start_date: '2026-01-01T00:00:00 02:00' }).start_date).toBe(
      '2026-01-01T00:00:00+02:00',
    );
  });

  it.each([
    ['chain_ids', ''],
    ['chain_ids', '1,'],
    ['chain_ids', 'x'],
    ['chain_ids', '9999999999'],
    ['chain_ids', '-1'],
    ['success', 'yes'],
    ['success', '1'],
    ['start_date', 'yesterday'],
    ['start_date', '2026-02-31'],
    ['start_date', '2026-01-01T25:00:00Z'],
    ['start_date', '2026-01-01T10:00:00'],
    ['end_date', '0000-01-01'],
    ['end_date', '1767225600'],
    ['time_range', '90y'],
    ['granularity', 'minute'],
    ['chainids', '1'],
  ])('refuses %s=%s', (name, value) => {
    expect(timeseriesQuerySchema.safeParse({ [name]: value }).success).toBe(false);
  });
});

describe('the series of applications and endpoints', () => {
  it('are by auto where nothing is said', () => {
    expect(applicationTimeseriesQuerySchema.parse({}).granularity).toBe('auto');
    expect(endpointTimeseriesQuerySchema.parse({}).granularity).toBe('auto');
  });

  it('an endpoint has no chains to choose from', () => {
    expect(endpointTimeseriesQuerySchema.safeParse({ chain_ids: '1' }).success).toBe(false);
  });
});
