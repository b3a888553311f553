import { fillSeries } from './fill-series.js';

const at = (timestamp: string) => String(Date.parse(timestamp) / 1000);
const quiet = { events: '0', deliveries: '0', successes: '0', failures: '0', avgDurationMs: null };

describe('the buckets of a series', () => {
  const window = { firstS: at('2026-03-01T22:00:00Z'), lastS: at('2026-03-02T01:00:00Z') };

  it('are all of the window, zeros where it is quiet', () => {
    const points = [
      `${at('2026-03-02T00:00:00Z')},3,5,4,1,12.5000000000000000`,
      `${at('2026-03-01T22:00:00Z')},1,1,0,0`,
    ];
    expect(fillSeries({ ...window, points: points.join(';') }, 'hour')).toEqual([
      { ...quiet, timestamp: '2026-03-01T22:00:00Z', events: '1', deliveries: '1' },
      { ...quiet, timestamp: '2026-03-01T23:00:00Z' },
      {
        timestamp: '2026-03-02T00:00:00Z',
        events: '3',
        deliveries: '5',
        successes: '4',
        failures: '1',
        avgDurationMs: 12.5,
      },
      { ...quiet, timestamp: '2026-03-02T01:00:00Z' },
    ]);
  });

  it('are zeros without any event, and none where there is no window', () => {
    const days = { firstS: at('2026-03-01T00:00:00Z'), lastS: at('2026-03-02T00:00:00Z') };
    expect(fillSeries({ ...days, points: null }, 'day')).toEqual([
      { ...quiet, timestamp: '2026-03-01T00:00:00Z' },
      { ...quiet, timestamp: '2026-03-02T00:00:00Z' },
    ]);
    expect(fillSeries({ firstS: null, lastS: null, points: null }, 'day')).toEqual([]);
  });

  it('go on after the window where events are of a later time, also of a year of five digits', () => {
    const points = [`${Date.UTC(12_026, 0, 1) / 1000},1,1,1,0,7`, `${at('2026-03-02T07:00:00Z')},2,2,2,0,8`];
    const rows = fillSeries({ ...window, points: points.join(';') }, 'hour');
    expect(rows.slice(4).map(({ timestamp, events }) => [timestamp, events])).toEqual([
      ['2026-03-02T07:00:00Z', '2'],
      ['12026-01-01T00:00:00Z', '1'],
    ]);
  });
});
