import type { Check } from './check.js';

/** The checks that this version of the program knows. */
export class CheckSet {
  constructor(readonly checks: readonly Check[]) {
    const twice = checks.find(({ name }, place) => checks.findIndex((one) => one.name === name) !== place);
    if (twice !== undefined) throw new Error(`there are two checks of the name ${twice.name}`);
  }
}
