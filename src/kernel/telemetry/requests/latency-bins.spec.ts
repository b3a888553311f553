import fc from 'fast-check';
import { LATENCY_ERROR, latencyBin, latencyBoundsMs, latencyQuantile } from './latency-bins.js';

const seed = 20_260_102;
const largest = latencyBoundsMs.at(-1) ?? 0;

const histogramOf = (latencies: readonly number[]) => {
  const bins = latencies.map(latencyBin).sort((one, other) => one - other);
  return { bins, counts: bins.map(() => 1) };
};
const nearestRank = (latencies: readonly number[], quantile: number) =>
  [...latencies].sort((one, other) => one - other)[Math.max(0, Math.ceil(quantile * latencies.length) - 1)] ??
  0;

it('has bounds that rise, from 1/16 ms to over a minute', () => {
  expect(latencyBoundsMs[0]).toBe(1 / 16);
  expect(largest).toBe(65_536);
  for (const [index, bound] of latencyBoundsMs.entries())
    if (index > 0) expect(bound).toBeGreaterThan(latencyBoundsMs[index - 1] ?? 0);
});

it('puts a latency into the bin whose upper bound it does not exceed', () => {
  for (const [bin, bound] of latencyBoundsMs.entries())
    expect([latencyBin(bound), latencyBin(bound * 1.000_001)]).toEqual([bin, bin + 1]);
  expect([latencyBin(0), latencyBin(10 * largest)]).toEqual([0, latencyBoundsMs.length]);
});

it('tells quantiles that are within its error of those of the latencies, merged or not', () => {
  const latency = fc.double({ min: Math.log(1 / 16), max: Math.log(largest), noNaN: true }).map(Math.exp);
  fc.assert(
    fc.property(
      fc.array(latency, { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0, 0.5, 0.95, 0.99, 1),
      (latencies, quantile) => {
        const told = latencyQuantile(histogramOf(latencies), quantile, Math.max(...latencies)) ?? -1;
        const real = nearestRank(latencies, quantile);
        expect(Math.abs(told - real)).toBeLessThanOrEqual(real * LATENCY_ERROR * 1.000_001);
      },
    ),
    { seed, numRuns: 500 },
  );
  expect(LATENCY_ERROR).toBeLessThan(0.05);
});

it('has nothing to tell of nothing, and the longest where the last bin is open', () => {
  expect(latencyQuantile({ bins: [], counts: [] }, 0.5, 0)).toBeNull();
  expect(latencyQuantile({ bins: [latencyBoundsMs.length], counts: [3] }, 0.5, 99_000)).toBe(99_000);
});
