import { formatUuid, Random, stream, WeightedChoice } from './random.js';

const draws = (random: Random, count = 8) => Array.from({ length: count }, () => random.uint32());

describe('Random', () => {
  it('starts anew at every seek, whatever was drawn before', () => {
    const random = new Random('key');
    const first = draws(random.seek(stream.events, 7));
    draws(random.seek(stream.events, 8), 100);
    expect(draws(random.seek(stream.events, 7))).toEqual(first);
    expect(draws(new Random('key').seek(stream.events, 7))).toEqual(first);
  });

  it('differs by key, by stream and by index, also beyond 32 bits', () => {
    const starts = [
      new Random('key').seek(stream.events, 1),
      new Random('other').seek(stream.events, 1),
      new Random('key').seek(stream.payloads, 1),
      new Random('key').seek(stream.events, 2),
      new Random('key').seek(stream.events, 1 + 2 ** 32),
    ].map((random) => random.uint32());
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('makes version 4 uuids', () => {
    const random = new Random('key').seek(stream.users, 0);
    for (let i = 0; i < 1000; i++) {
      expect(formatUuid(random.uuid())).toMatch(
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
      );
    }
  });

  it('is flat over [0, 1) and normal where asked', () => {
    const random = new Random('key').seek(stream.events, 0);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[Math.floor(random.unit() * 10)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    const mean = normals.reduce((sum, x) => sum + x, 0) / normals.length;
    const variance = normals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normals.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  it('keeps to the bounds of a range, and reaches them', () => {
    const random = new Random('key').seek(stream.events, 0);
    const drawn = new Set(Array.from({ length: 1000 }, () => random.integer(2, 5)));
    expect([...drawn].sort()).toEqual([2, 3, 4, 5]);
  });
});

describe('WeightedChoice', () => {
  it('draws in proportion to the weights, and never what has none', () => {
    const choice = new WeightedChoice([1, 0, 3, 0]);
    const random = new Random('key').seek(stream.feeds, 0);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 40_000; i++) counts[choice.draw(random)]!++;
    expect(counts[1]! + counts[3]!).toBe(0);
    expect(counts[2]! / counts[0]!).toBeCloseTo(3, 0);
  });
});
