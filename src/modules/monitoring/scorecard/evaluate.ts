import type { Measured, Measurements } from './measures.js';
import { stateOf, targets, type State, type Target } from './targets.js';

export interface TargetResult extends Measured {
  readonly target: Target;
  readonly state: State;
}

/** Each target against what was measured. */
export const evaluate = (measurements: Measurements): TargetResult[] =>
  targets.map((target) => {
    const measured = target.measure(measurements);
    return { ...measured, target, state: stateOf(target, measured.value) };
  });
