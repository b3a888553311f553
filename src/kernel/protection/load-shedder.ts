import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import { answerOf } from '../http/error.filter.js';
import type { Metrics } from '../telemetry/metrics.js';

const LOOK_EVERY_MS = 100;
const RESOLUTION_MS = 10;
/** A single stall is over by the time that it is known: only from the second late look on is the room made smaller. */
const LATE_LOOKS = 2;
const SMALLER = 0.75;
const WIDER_BY = 2;
/** There is always room for so many. */
const MIN_IN_FLIGHT = 16;
/** So long without a refusal, and the overload is over. */
const CALM_MS = 5000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Counts no more among those that are being answered: what goes on is a stream. */
    leaveInFlight?: () => void;
    /** Refused because there were too many. */
    isShed?: boolean;
  }
}

export interface ShedderLimits {
  /** Requests that are being answered; more are refused at once. */
  readonly maxInFlight: number;
  /** With a mean delay of the event loop beyond that fewer are let in, until it is back. */
  readonly maxDelayMs: number;
}

const overloaded = new DomainError('unavailable', 'overloaded', 'The server has too much to do', {
  retryAfterSeconds: 1,
});

/**
 * Refuses what this process cannot answer in time, as soon as its head has been read and for next to nothing: so it goes on
 * answering as many as it can. How many that is depends on what else runs on the machine, the database perhaps: where this
 * process gets too little of it, the room is made smaller step by step, and wider again.
 */
export class LoadShedder {
  private readonly logger = new Logger(LoadShedder.name);
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private inFlight = 0;
  private refused = 0;
  private delayMs = 0;
  private lateLooks = 0;
  private room: number;
  private lastRefusedAt = -Infinity;

  constructor(
    private readonly limits: ShedderLimits,
    private readonly isLeftOut: (request: FastifyRequest) => boolean,
  ) {
    this.room = limits.maxInFlight;
  }

  /** Its hooks hold for all routes, not for those of a plugin of its own. */
  readonly plugin = Object.assign(
    (fastify: FastifyInstance, _options: object, done: () => void) => {
      this.guard(fastify);
      done();
    },
    { [Symbol.for('skip-override')]: true },
  );

  private guard(fastify: FastifyInstance): void {
    this.delay.enable();
    const timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    fastify.addHook('onClose', (_fastify, done) => {
      clearInterval(timer);
      this.delay.disable();
      done();
    });
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!this.isOverloaded || this.isLeftOut(request)) return done();
      this.refuse();
      request.isShed = true;
      const { status, retryAfterSeconds, body } = answerOf(overloaded, request);
      void reply
        .code(status)
        .header('Retry-After', String(retryAfterSeconds))
        .type('application/json; charset=utf-8')
        .send(body);
    });
    // From here on: a body that comes slowly keeps nobody out.
    fastify.addHook('preValidation', (request, reply, done) => {
      if (!this.isLeftOut(request)) {
        this.inFlight++;
        request.leaveInFlight = once(() => this.inFlight--);
        reply.raw.once('close', request.leaveInFlight);
      }
      done();
    });
  }

  register(metrics: Metrics): void {
    const gauge = (name: string, help: string, value: () => number) =>
      metrics.observedGauge({ name, help }, () => [{ labels: {}, value: value() }]);
    gauge('ethhook_requests_in_flight', 'Requests that are being answered.', () => this.inFlight);
    gauge('ethhook_requests_room', 'How many may be answered at once now.', () => this.room);
    gauge(
      'ethhook_event_loop_delay_seconds',
      'Mean delay of the event loop in the last 100 ms.',
      () => this.delayMs / 1000,
    );
    metrics.observedCounter(
      {
        name: 'ethhook_requests_shed_total',
        help: 'Requests that were refused because there were too many.',
      },
      () => [{ labels: {}, value: this.refused }],
    );
  }

  private get isOverloaded(): boolean {
    return this.inFlight >= this.room;
  }

  private refuse(): void {
    this.refused++;
    if (this.lastRefusedAt === -Infinity)
      this.logger.warn(
        `too much to do: requests are refused (${this.inFlight} in flight, event loop ${Math.round(this.delayMs)} ms late)`,
      );
    this.lastRefusedAt = performance.now();
  }

  private adapt(): void {
    const { maxDelayMs, maxInFlight } = this.limits;
    const isLate = this.delayMs > maxDelayMs;
    this.lateLooks = isLate ? this.lateLooks + 1 : 0;
    if (this.lateLooks >= LATE_LOOKS) {
      const floor = Math.min(MIN_IN_FLIGHT, maxInFlight);
      this.room = Math.max(floor, Math.floor(Math.min(this.room, this.inFlight) * SMALLER));
    } else if (!isLate) {
      this.room = Math.min(maxInFlight, this.room + WIDER_BY);
    }
  }

  private look(): void {
    // Without a sample the mean is no number.
    this.delayMs = this.delay.count === 0 ? 0 : Math.max(0, this.delay.mean / 1e6 - RESOLUTION_MS);
    this.delay.reset();
    this.adapt();
    if (performance.now() - this.lastRefusedAt < CALM_MS) return;
    if (this.lastRefusedAt !== -Infinity) this.logger.log('requests are answered again, all of them');
    this.lastRefusedAt = -Infinity;
  }
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
