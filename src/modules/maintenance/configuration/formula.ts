import type { Facts } from './facts.js';

/** One parameter that is advised; no other is ever changed. */
export interface Formula {
  name: string;
  /** null: nothing to say for this server, and why. */
  propose: (facts: Facts) => Proposal;
  /** Of a value given by hand, beside the server's own limits; in bytes where the setting is memory. */
  bounds?: (facts: Facts) => { least?: number; most?: number };
  /** The only values that do no harm. */
  only?: readonly string[];
}

export interface Proposal {
  value: string | null;
  reason: string;
}
