import type { Replica } from './replica.js';

const MAX_CALLERS = 10_000;

export interface CallerPlace {
  /** Where the caller's last read was; null is the primary. */
  node: Replica | null;
  /** When it ended, of performance.now(): a node that is up to date until then takes nothing back. */
  readAt: number;
  /** When the caller's last write ended. */
  wroteAt: number;
  /** Since when a replica waits for this caller to come back, who reads at the primary without a pause. */
  awaitedSince: number | null;
}

/** Where the callers of this process have read last; those who have not read for long are forgotten. */
export class CallerPlaces {
  private readonly places = new Map<string, CallerPlace>();

  get(callerId: string): CallerPlace | undefined {
    return this.places.get(callerId);
  }

  read(callerId: string, node: Replica | null): void {
    const { wroteAt = -Infinity, awaitedSince = null } = this.places.get(callerId) ?? {};
    this.put(callerId, {
      node,
      readAt: performance.now(),
      wroteAt,
      awaitedSince: node === null ? awaitedSince : null,
    });
  }

  wrote(callerId: string): void {
    const now = performance.now();
    this.put(callerId, { node: null, readAt: now, wroteAt: now, awaitedSince: null });
  }

  private put(callerId: string, place: CallerPlace): void {
    this.places.delete(callerId);
    this.places.set(callerId, place);
    const [oldest] = this.places.keys();
    if (this.places.size > MAX_CALLERS && oldest !== undefined) this.places.delete(oldest);
  }
}
