/**
 * The two-sided p of Mann and Whitney's test, by the normal approximation with ties and continuity corrected: how likely two
 * samples of one distribution are to differ as much. Good from about five values in each on.
 */
export function rankTest(one: readonly number[], other: readonly number[]): number {
  const [n, m] = [one.length, other.length];
  const pooled = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ];
  pooled.sort((a, b) => a.value - b.value);
  let ranks = 0;
  let ties = 0;
  for (let start = 0, end = 0; start < pooled.length; start = end) {
    while (end < pooled.length && pooled[end]?.value === pooled[start]?.value) end++;
    const size = end - start;
    ties += size ** 3 - size;
    ranks += ((start + 1 + end) / 2) * pooled.slice(start, end).filter(({ isOne }) => isOne).length;
  }
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  const distance = Math.abs(ranks - (n * (n + 1)) / 2 - (n * m) / 2) - 0.5;
  return distance <= 0 ? 1 : complementaryError(distance / Math.sqrt(2 * variance));
}

/** Abramowitz and Stegun 7.1.26: at most 1.5e-7 off. */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const factors = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return factors.reduce((sum, factor) => (sum + factor) * t, 0) * Math.exp(-x * x);
}
