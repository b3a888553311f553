import { EndpointHealth } from './endpoint-health.js';

const chunk = (...attempts: [endpoint: number, completedAtUs: number, success: boolean][]) => {
  const health = new EndpointHealth();
  for (const attempt of attempts) health.record(...attempt);
  return health;
};

const merged = (...chunks: EndpointHealth[]) => {
  const health = new EndpointHealth();
  for (const each of chunks) health.merge(each);
  return health.rows().sort((a, b) => a.endpointIndex - b.endpointIndex);
};

describe('EndpointHealth', () => {
  it('counts the failures that ended after the last success, in whatever order the chunks come', () => {
    const early = chunk([0, 10, false], [0, 20, true], [0, 50, false], [1, 5, false]);
    const late = chunk([0, 30, true], [0, 40, false], [0, 60, false], [1, 7, false], [2, 1, true]);
    const expected = [
      { endpointIndex: 0, lastSuccessUs: 30, consecutiveFailures: 3, healthStatus: 'degraded' },
      { endpointIndex: 1, lastSuccessUs: null, consecutiveFailures: 2, healthStatus: 'healthy' },
      { endpointIndex: 2, lastSuccessUs: 1, consecutiveFailures: 0, healthStatus: 'healthy' },
    ];
    expect(merged(early, late)).toEqual(expected);
    expect(merged(late, early)).toEqual(expected);
  });

  it('keeps counting after it has dropped what came before a success', () => {
    const chunks = Array.from({ length: 50 }, (_, i) =>
      chunk(
        [0, 1000 * i, true],
        ...Array.from({ length: 200 }, (_, j): [0, number, false] => [0, 1000 * i + j + 1, false]),
      ),
    );
    expect(merged(...chunks)).toEqual([
      { endpointIndex: 0, lastSuccessUs: 49_000, consecutiveFailures: 200, healthStatus: 'failed' },
    ]);
  });
});
