import { DomainError } from '../errors/domain-error.js';

/** One attempt of a run. Whoever takes the run over has a higher fence, and this one is refused from then on. */
export interface Fence {
  readonly runId: string;
  readonly fence: string;
}

export const runTakenOver = ({ runId }: Fence) =>
  new DomainError('conflict', 'run_taken_over', `the run ${runId} was taken over, or has ended`);
