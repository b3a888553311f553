import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LatencyEntry } from '../../scripts/simulator/latency-log.js';

/** One statement, as it was logged by who sent it. */
export interface Answer extends LatencyEntry {
  /** When it was under way: the middle between sending and answer, in ms since 1970. */
  during: number;
}

export interface Latency {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export async function readAnswers(file: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry = JSON.parse(line) as LatencyEntry & { at: string };
    answers.push({ ...entry, during: Date.parse(entry.at) - entry.latencyMs / 2 });
  }
  return answers;
}

/** Nearest rank, from every single value; refused and broken statements waited too. */
export function latencyOf(answers: readonly Answer[]): Latency {
  const sorted = Float64Array.from(answers, ({ latencyMs }) => latencyMs).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export const notAcknowledged = (answers: readonly Answer[]) =>
  answers.filter(({ outcome }) => outcome !== 'acknowledged').length;

export const within = (answers: readonly Answer[], { from, to }: { from: number; to: number }) =>
  answers.filter(({ during }) => during >= from && during < to);
