import { timeseriesQuerySchema } from './dto/timeseries.query.js';
import { windowOf } from './time-window.js';

const now = new Date('2026-03-01T00:00:00Z');
const window = (query: Record<string, string>) => windowOf(timeseriesQuerySchema.parse(query), now);

describe('windowOf', () => {
  it('trails the range without dates', () => {
    expect(window({})).toEqual({ from: null, to: null, hours: 24 });
    expect(window({ time_range: '30d' })).toEqual({ from: null, to: null, hours: 720 });
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
