import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { latencyOf as latencyOfValues, type Latency } from '../report/latency.js';
import type { LatencyEntry } from '../../scripts/simulator/latency-log.js';

/** One statement, as it was logged by who sent it. */
export interface Answer extends LatencyEntry {
  /** When it was under way: the middle between sending and answer, in ms since 1970. */
  during: number;
}

export async function readAnswers(file: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry = JSON.parse(line) as LatencyEntry & { at: string };
    answers.push({ ...entry, during: Date.parse(entry.at) - entry.latencyMs / 2 });
  }
  return answers;
}

/** Refused and broken statements waited too. */
export const latencyOf = (answers: readonly Answer[]): Latency =>
  latencyOfValues(answers.map(({ latencyMs }) => latencyMs));

export const notAcknowledged = (answers: readonly Answer[]) =>
  answers.filter(({ outcome }) => outcome !== 'acknowledged').length;

export const within = (answers: readonly Answer[], { from, to }: { from: number; to: number }) =>
  answers.filter(({ during }) => during >= from && during < to);
