import type { PlannedEndpoint } from './planned-accounts.js';
import { blockNumberAt, chains, type Chain } from './chains.js';
import { drawBackoffUs, drawOutcome, type Outcome } from './delivery-outcomes.js';
import type { DemoPlan } from './demo-plan.js';
import type { Feed } from './feeds-plan.js';
import { Random, stream, type Uuid } from './random.js';

/** What decides the figures; hashes, topics and data are added when the row is written. Times in µs since 1970. */
export interface DemoEvent {
  index: number;
  id: Uuid;
  feed: Feed;
  blockNumber: number;
  logIndex: number;
  ingestedAtUs: number;
  processedAtUs: number;
  attempts: DemoAttempt[];
}

export interface DemoAttempt {
  id: Uuid;
  endpointIndex: number;
  attemptNumber: number;
  attemptedAtUs: number;
  /** null while in flight, as are the two below. */
  outcome: Outcome | null;
  completedAtUs: number | null;
  nextRetryAtUs: number | null;
}

const NO_ATTEMPT_SHARE = 0.05;
const ATTEMPTS_PER_EVENT = 1.22;
/** In flight near the end of the period, and stuck for good: how many to expect. */
const IN_FLIGHT = 20;
const IN_FLIGHT_SHARE = 0.8;
const STUCK = 4;

/** Row n depends on the plan and on n alone. */
export class EventGenerator {
  private readonly random: Random;
  private readonly stuckProbability: number;
  private readonly inFlightDecayUs: number;

  constructor(private readonly plan: DemoPlan) {
    this.random = new Random(plan.key);
    const attempts = plan.shape.events * ATTEMPTS_PER_EVENT;
    const perSecond = attempts / (plan.shape.days * 86_400);
    this.stuckProbability = Math.min(0.001, STUCK / attempts);
    const decaySeconds = IN_FLIGHT / (IN_FLIGHT_SHARE * perSecond);
    this.inFlightDecayUs = Math.min(300, Math.max(2, decaySeconds)) * 1_000_000;
  }

  event(index: number): DemoEvent {
    const { plan } = this;
    const random = this.random.seek(stream.events, index);
    const id = random.uuid();
    const ingestedAtUs = plan.clock.ingestedAtUs(index, random.unit());
    const feed = this.drawFeed(ingestedAtUs);
    const chain = chains[feed.chainIndex] as Chain;
    const event: DemoEvent = {
      index,
      id,
      feed,
      blockNumber: blockNumberAt(chain, ingestedAtUs, plan.clock.startUs),
      logIndex: random.integer(0, 400),
      ingestedAtUs,
      processedAtUs: Math.min(ingestedAtUs + random.integer(1_000, 60_000), plan.clock.untilUs),
      attempts: [],
    };
    if (!random.chance(NO_ATTEMPT_SHARE)) {
      for (const endpointIndex of feed.endpointIndexes) this.deliver(event, endpointIndex);
    }
    return event;
  }

  private drawFeed(atUs: number): Feed {
    const { feeds, feedChoice } = this.plan;
    const feed = feeds[feedChoice.draw(this.random)] as Feed;
    return feed.untilUs !== null && atUs >= feed.untilUs ? (feeds[feed.fallback] as Feed) : feed;
  }

  /** Appends the attempts that began before the end of the period. */
  private deliver(event: DemoEvent, endpointIndex: number): void {
    const { random, plan } = this;
    const endpoint = plan.accounts.endpoints[endpointIndex] as PlannedEndpoint;
    const queuedUs = random.integer(5_000, 150_000) * (random.chance(0.02) ? 30 : 1);
    let next: number | null = event.processedAtUs + queuedUs;
    for (let attemptNumber = 1; next !== null && next <= plan.clock.untilUs; attemptNumber++) {
      const attempt = this.attempt(endpoint, endpointIndex, attemptNumber, next);
      event.attempts.push(attempt);
      next = attempt.nextRetryAtUs;
    }
  }

  private attempt(
    endpoint: PlannedEndpoint,
    endpointIndex: number,
    attemptNumber: number,
    attemptedAtUs: number,
  ): DemoAttempt {
    const { random, plan } = this;
    const id = random.uuid();
    const firstFailure = plan.firstFailure[endpointIndex] as number;
    const outcome = drawOutcome(random, endpoint, firstFailure, attemptNumber, attemptedAtUs);
    const completedAtUs = attemptedAtUs + outcome.durationMs * 1000 + random.integer(0, 999);
    const backoffUs = drawBackoffUs(random, attemptNumber);
    const isOver = completedAtUs <= plan.clock.untilUs && !this.isInFlight(attemptedAtUs);
    const retries = isOver && outcome.shouldRetry && attemptNumber < endpoint.maxRetries;
    return {
      id,
      endpointIndex,
      attemptNumber,
      attemptedAtUs,
      outcome: isOver ? outcome : null,
      completedAtUs: isOver ? completedAtUs : null,
      nextRetryAtUs: retries ? completedAtUs + backoffUs : null,
    };
  }

  private isInFlight(attemptedAtUs: number): boolean {
    const ageUs = this.plan.clock.untilUs - attemptedAtUs;
    const recent = IN_FLIGHT_SHARE * Math.exp(-ageUs / this.inFlightDecayUs);
    return this.random.chance(Math.max(this.stuckProbability, recent));
  }
}
