import { Metrics } from './metrics.js';

const linesOf = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

describe('Metrics', () => {
  it('has those of the process, by their standard names', async () => {
    const text = await new Metrics().text();
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
    ])
      expect(text).toMatch(new RegExp(`^${name} [0-9.e-]+$`, 'm'));
  });

  it('counts by label', async () => {
    const metrics = new Metrics();
    const counter = metrics.counter({ name: 'reads_total', help: 'Reads.', labels: ['read'] });
    counter.increment({ read: 'dashboard' });
    counter.increment({ read: 'dashboard' }, 2);
    counter.increment({ read: 'series' });
    expect(await linesOf(metrics, 'reads_total')).toEqual([
      'reads_total{read="dashboard"} 3',
      'reads_total{read="series"} 1',
    ]);
  });

  it('says nothing of a gauge that was not set: 0 would be a measurement', async () => {
    const metrics = new Metrics();
    const gauge = metrics.gauge({ name: 'lag_seconds', help: 'Lag.' });
    expect(await linesOf(metrics, 'lag_seconds')).toEqual([]);
    gauge.set(0.25);
    expect(await linesOf(metrics, 'lag_seconds')).toEqual(['lag_seconds 0.25']);
  });

  it('reads an observed gauge at each scrape, and forgets series that are gone', async () => {
    const metrics = new Metrics();
    const tasks = ['fold', 'audit'];
    metrics.observedGauge({ name: 'leader', help: 'Leader.', labels: ['task'] }, () =>
      tasks.map((task) => ({ labels: { task }, value: 1 })),
    );
    expect(await linesOf(metrics, 'leader')).toHaveLength(2);
    tasks.pop();
    expect(await linesOf(metrics, 'leader')).toEqual(['leader{task="fold"} 1']);
  });

  it('says nothing of what is not known now, rather than 0 or what it was', async () => {
    const metrics = new Metrics();
    let lag: number | null = 7;
    const read = () => (lag === null ? [] : [{ labels: {}, value: lag }]);
    metrics.observedGauge({ name: 'lag_seconds', help: 'Lag.' }, read);
    metrics.observedCounter({ name: 'rows_total', help: 'Rows.' }, read);
    expect(await linesOf(metrics, 'lag_seconds')).toEqual(['lag_seconds 7']);
    lag = null;
    expect([...(await linesOf(metrics, 'lag_seconds')), ...(await linesOf(metrics, 'rows_total'))]).toEqual(
      [],
    );
    lag = 8;
    expect(await linesOf(metrics, 'lag_seconds')).toEqual(['lag_seconds 8']);
    expect(await linesOf(metrics, 'rows_total')).toEqual(['rows_total 8']);
  });

  it('keeps the number of series bounded, whatever the labels say', async () => {
    const metrics = new Metrics();
    const counter = metrics.counter({ name: 'odd_total', help: 'Odd.', labels: ['id'] });
    for (let id = 0; id < 1000; id++) counter.increment({ id: String(id) });
    const lines = await linesOf(metrics, 'odd_total');
    expect(lines).toHaveLength(101);
    expect(lines).toContain('odd_total{id="other"} 900');
  });
});
