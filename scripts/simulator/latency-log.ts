import type { NdjsonFile } from './ndjson-file.js';

/** A statement that was sent, written down when its answer came or its connection broke. */
export interface LatencyEntry {
  statement: string;
  latencyMs: number;
  /** acknowledged, unknown (the connection broke), or the SQLSTATE of a refusal. */
  outcome: string;
}

/** Every statement sent, in the order of the answers. */
export type LatencyLog = NdjsonFile<LatencyEntry>;
