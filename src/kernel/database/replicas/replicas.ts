import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from '../probe.js';
import { PrimaryMoments, type PrimaryRow } from './primary-moments.js';
import type { Replica } from './replica.js';
import type { WalPosition } from './wal-position.js';

const ANSWER_TIMEOUT_MS = 250;
/** A replica is asked a little after the primary: by then a healthy one has what the primary had. */
const REPLAY_MS = 25;
const PAUSE_MS = 100;
/** Rounds without a commit after which what is in the log only is brought to the replicas. */
const QUIET_ROUNDS = 2;

/** Which replicas may be read from: asked all the time, in rounds of at most 0.7 s when none answers. */
export class Replicas {
  private readonly moments = new PrimaryMoments();
  private readonly stopping = new AbortController();
  private timeline: number | null = null;
  private systemId: string | null = null;
  private running: Promise<void> | null = null;
  private quietRounds = 0;

  constructor(
    readonly all: readonly Replica[],
    private readonly primary: Probe<PrimaryRow>,
    /** Gives out a transaction id and commits. */
    private readonly nudge: () => Promise<unknown>,
  ) {}

  /** Looks once at each, so that the first requests find them. */
  async start(): Promise<void> {
    if (this.all.length === 0) return;
    for (let round = 0; round < QUIET_ROUNDS; round++) await this.look();
    this.running = this.goOn();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all([this.primary.stop(), ...this.all.map((replica) => replica.stop())]);
  }

  /** Those that may be read from and have `position`, the caller's own first: the same as long as it is there. */
  usableFor(callerId: string, position: WalPosition): Replica[] {
    const usable = this.all.filter((replica) => replica.isUsable && replica.has(position));
    return usable.length < 2 ? usable : usable.toSorted((a, b) => rank(callerId, b) - rank(callerId, a));
  }

  private async goOn(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.look();
      await sleep(PAUSE_MS, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    await this.lookAtPrimary().catch(() => undefined); // its moments grow old, and the replicas with them
    await sleep(REPLAY_MS, undefined, { ref: false });
    const { moments, timeline, systemId } = this;
    await Promise.all(this.all.map((replica) => replica.look({ moments, timeline, systemId })));
  }

  private async lookAtPrimary(): Promise<void> {
    const askedAt = performance.now();
    const row = await this.primary.ask(ANSWER_TIMEOUT_MS);
    const { insert } = row;
    if (insert === null) return;
    const before = this.moments.newest;
    const moment = this.moments.add({ ...row, insert }, askedAt);
    this.timeline = row.timeline;
    this.systemId = row.systemId;
    // What no commit follows stays in the primary's memory for up to 15 s, and the replicas would look behind.
    const isStuck = before?.position === moment.position && insert !== row.flushed;
    this.quietRounds = isStuck ? this.quietRounds + 1 : 0;
    if (this.quietRounds >= QUIET_ROUNDS) await this.nudge();
  }
}

/** Rendezvous hashing: when a replica comes or goes only its own callers move. */
const rank = (callerId: string, { address }: Replica) =>
  createHash('sha1').update(`${callerId} ${address}`).digest().readUInt32BE();
