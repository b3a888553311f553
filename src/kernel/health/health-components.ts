import { Injectable } from '@nestjs/common';
import { SharedLook } from '../telemetry/shared-look.js';

const TIMEOUT_MS = 1000;
/** Probes may come by the hundred a second: the server looks four times. */
const FRESH_MS = 250;

type Details = Readonly<Record<string, string | number | boolean>>;

/** Told to anybody who asks: no secrets, no names of hosts, no texts of others. */
export interface ComponentHealth {
  /** `degraded`: requests are answered, with less than there should be. `down`: they cannot be. */
  readonly status: 'up' | 'degraded' | 'down';
  readonly details?: Details;
}

/** What requests need, or are better with. */
export interface Component {
  /** Lower case with underscores: a field of the answer. */
  readonly name: string;
  /** What it means when nothing is known of it within a second. */
  readonly whenSilent: ComponentHealth;
  readonly freshMs?: number;
  readonly look: () => Promise<ComponentHealth>;
}

/** The parts of the server that have a health; whoever has one registers it at its start. */
@Injectable()
export class HealthComponents {
  private readonly components = new Map<string, () => Promise<ComponentHealth>>();

  register({ name, whenSilent, freshMs = FRESH_MS, look }: Component): void {
    const shared = new SharedLook(look, { freshMs, timeoutMs: TIMEOUT_MS });
    this.components.set(name, () => shared.get().catch(() => whenSilent));
  }

  get all(): readonly { name: string; look: () => Promise<ComponentHealth> }[] {
    return [...this.components]
      .map(([name, look]) => ({ name, look }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
