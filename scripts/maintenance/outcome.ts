/** What a verb has to say: one form for programs, one for people. */
export interface Outcome {
  readonly json: unknown;
  readonly lines: readonly string[];
  readonly exitCode: number;
}

export const exitCodes = { done: 0, failed: 1, usage: 2, refused: 4, interrupted: 130 } as const;

export const done = (json: unknown, lines: readonly string[]): Outcome => ({
  json,
  lines,
  exitCode: exitCodes.done,
});
