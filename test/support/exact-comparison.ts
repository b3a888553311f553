import { isDeepStrictEqual } from 'node:util';
import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { Trust } from '../../src/kernel/http/trust.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import type { EndpointStatisticsRow } from '../../src/modules/statistics/statistics.reads.js';
import { withoutPercentiles, type Question } from './exact-questions.js';

export interface Difference {
  read: string;
  parameters: unknown;
  source: Trust['source'];
  live: unknown;
  original: unknown;
}

export interface Comparison {
  differences: Difference[];
  /** How many answers came from where. */
  sources: Record<Trust['source'], number>;
}

const percentiles = ['p50DurationMs', 'p95DurationMs', 'p99DurationMs'] as const;
/** The middle of a bin that is two percent wide; interpolating between two of them adds nothing. */
const MAX_PERCENTILE_ERROR = 0.01;

export const newComparison = (): Comparison => ({
  differences: [],
  sources: { live: 0, rollups: 0, original: 0 },
});

/** Asks both, in the caller's transaction of one snapshot. */
export async function compareAnswers(
  tx: QueryRunner,
  questions: readonly Question[],
  maxTailRows: number,
  into: Comparison,
): Promise<void> {
  const original = new OriginalStatisticsReads(tx);
  const live = new LiveStatisticsReads(tx, maxTailRows, original);
  for (const question of questions) {
    const ours = await question.ask(live);
    into.sources[ours.trust.source]++;
    addDifference(question, ours, (await question.ask(original)).value, into);
  }
}

export function addDifference(
  { read, parameters }: Question,
  ours: { value: unknown; trust: Trust },
  original: unknown,
  into: Comparison,
): void {
  const isEqual =
    isDeepStrictEqual(withoutPercentiles(ours.value), withoutPercentiles(original)) &&
    (read !== 'endpoints' || arePercentilesNear(ours.value, original));
  if (isEqual) return;
  const { source } = ours.trust;
  into.differences.push({ read, parameters, source, ...onlyDiffering(ours.value, original) });
}

function arePercentilesNear(live: unknown, original: unknown): boolean {
  const rows = live as EndpointStatisticsRow[];
  return (original as EndpointStatisticsRow[]).every((expected, index) =>
    percentiles.every((name) => {
      const [value, exact] = [rows[index]?.[name] ?? null, expected[name]];
      if (value === null || exact === null) return value === exact;
      return Math.abs(value - exact) <= MAX_PERCENTILE_ERROR * Math.abs(exact) + 1e-6;
    }),
  );
}

/** Of long lists only what differs, so that the message can be read. */
function onlyDiffering(live: unknown, original: unknown): Pick<Difference, 'live' | 'original'> {
  if (!Array.isArray(live) || !Array.isArray(original) || live.length !== original.length)
    return { live, original };
  const at = live.flatMap((row: unknown, index) => (isDeepStrictEqual(row, original[index]) ? [] : [index]));
  return {
    live: at.map((index) => live[index] as unknown),
    original: at.map((index) => original[index] as unknown),
  };
}
