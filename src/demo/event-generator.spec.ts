import { createHash } from 'node:crypto';
import { CopyRows } from './copy-rows.js';
import { planDemoData, type DemoPlan, type DemoShape } from './demo-plan.js';
import { EventGenerator, type DemoEvent } from './event-generator.js';
import { EventRows } from './event-rows.js';

const shape: DemoShape = {
  events: 20_000,
  users: 20,
  days: 7,
  seed: 42,
  until: new Date('2026-11-01T12:00:00Z'),
  emailDomain: 'seed42.example.com',
};
const plan = planDemoData(shape);
const generate = (of: DemoPlan) => {
  const generator = new EventGenerator(of);
  return Array.from({ length: of.shape.events }, (_, i) => generator.event(i));
};
const events = generate(plan);
const attempts = events.flatMap((event) => event.attempts);
const endpointOf = (index: number) => plan.accounts.endpoints[index]!;
const userOf = (endpointIndex: number) => endpointOf(endpointIndex).userIndex;
const share = (part: number, whole: number) => part / whole;
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe('the rows', () => {
  const digest = (of: DemoShape, chunk: number, order: 'up' | 'down' = 'up') => {
    const fresh = planDemoData(of);
    const starts = Array.from({ length: Math.ceil(of.events / chunk) }, (_, i) => i * chunk);
    const chunks = new Map<number, string>();
    for (const start of order === 'up' ? starts : starts.reverse()) {
      const [generator, encoder, rows] = [new EventGenerator(fresh), new EventRows(fresh), new CopyRows()];
      for (let i = start; i < Math.min(of.events, start + chunk); i++) {
        const event = generator.event(i);
        encoder.writeEvent(rows, event);
        for (const attempt of event.attempts) encoder.writeAttempt(rows, event, attempt);
      }
      chunks.set(start, rows.take().toString('latin1'));
    }
    const hash = createHash('sha256');
    for (const start of starts.sort((a, b) => a - b)) hash.update(chunks.get(start)!, 'latin1');
    return hash.digest('hex');
  };
  const small = { ...shape, events: 3000 };

  it('are the same twice, whatever the chunks and their order', () => {
    const whole = digest(small, 3000);
    expect(digest(small, 3000)).toBe(whole);
    expect(digest(small, 700, 'down')).toBe(whole);
    expect(digest(small, 101)).toBe(whole);
  });

  it('differ by seed and by domain', () => {
    const other = digest(small, 3000);
    expect(digest({ ...small, seed: 43 }, 3000)).not.toBe(other);
    expect(digest({ ...small, emailDomain: 'example.com' }, 3000)).not.toBe(other);
  });

  it('have no id twice', () => {
    const ids = [...events, ...attempts].map((row) => row.id.join());
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the shape', () => {
  it('has 1.2 attempts an event, and none for one in twenty', () => {
    expect(share(attempts.length, events.length)).toBeCloseTo(1.24, 1);
    expect(share(events.filter((event) => event.attempts.length === 0).length, events.length)).toBeCloseTo(
      0.05,
      2,
    );
  });

  it('has 15 % of events at several endpoints of one tenant and 8 % at several tenants', () => {
    const usersAndEndpoints = events.map((event) => {
      const endpoints = new Set(event.attempts.map((attempt) => attempt.endpointIndex));
      return [new Set([...endpoints].map(userOf)).size, endpoints.size] as const;
    });
    const several = usersAndEndpoints.filter(([users, endpoints]) => users === 1 && endpoints > 1);
    const shared = usersAndEndpoints.filter(([users]) => users > 1);
    expect(Math.abs(share(several.length, events.length) - 0.15)).toBeLessThan(0.015);
    expect(Math.abs(share(shared.length, events.length) - 0.08)).toBeLessThan(0.01);
  });

  it('succeeds in 92 % of the attempts and repeats what fails up to five times', () => {
    const succeeded = attempts.filter((attempt) => attempt.outcome?.success);
    expect(Math.abs(share(succeeded.length, attempts.length) - 0.92)).toBeLessThan(0.015);
    const numbers = new Set(attempts.map((attempt) => attempt.attemptNumber));
    expect([...numbers].sort()).toEqual([1, 2, 3, 4, 5]);
    const medianMs = median(succeeded.map((attempt) => attempt.outcome!.durationMs));
    expect(medianMs).toBeGreaterThan(90);
    expect(medianMs).toBeLessThan(160);
  });

  it('leaves some in flight, mostly among the last minutes', () => {
    const inFlight = attempts.filter((attempt) => attempt.outcome === null);
    const recent = inFlight.filter((attempt) => plan.clock.untilUs - attempt.attemptedAtUs < 15 * 60e6);
    expect(inFlight.length).toBeGreaterThanOrEqual(3);
    expect(share(recent.length, inFlight.length)).toBeGreaterThan(0.5);
    expect(
      inFlight.every((attempt) => attempt.completedAtUs === null && attempt.nextRetryAtUs === null),
    ).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 20, 200])('gives the largest of %i tenants its share', (users) => {
    const of = planDemoData({ ...shape, users, events: 10_000 });
    const counts = new Array<number>(users).fill(0);
    for (const event of generate(of)) {
      for (const { endpointIndex } of event.attempts)
        counts[of.accounts.endpoints[endpointIndex]!.userIndex]!++;
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    const expected = users === 1 ? 1 : users === 2 ? 0.5 : 0.35;
    expect(Math.abs(counts[0]! / total - expected)).toBeLessThan(users < 4 ? 0.1 : 0.05);
    if (users > 3) expect(Math.max(...counts)).toBe(counts[0]);
  });

  it('has 1–4 applications a tenant, 1–6 endpoints an application, and 8 % of the endpoints switched off', () => {
    const { accounts } = planDemoData({ ...shape, users: 200 });
    const perUser = accounts.users.map(
      (_, user) => accounts.applications.filter((a) => a.userIndex === user).length,
    );
    const perApplication = accounts.applications.map(
      (_, application) => accounts.endpoints.filter((e) => e.applicationIndex === application).length,
    );
    expect([Math.min(...perUser), Math.max(...perUser)]).toEqual([1, 4]);
    expect([Math.min(...perApplication), Math.max(...perApplication)]).toEqual([1, 6]);
    const inactive = accounts.endpoints.filter((endpoint) => endpoint.deactivatedAtUs !== null).length;
    expect(share(inactive, accounts.endpoints.length)).toBeCloseTo(0.08, 2);
    const chains = accounts.endpoints.flatMap((endpoint) => endpoint.chainIndexes);
    expect(new Set(chains).size).toBe(6);
    const oneChain = accounts.endpoints.filter((endpoint) => endpoint.chainIndexes.length === 1).length;
    expect(share(oneChain, accounts.endpoints.length)).toBeGreaterThan(0.7);
  });
});

describe('every event', () => {
  // One expect() an event would take a minute, so these collect what is wrong.
  const chainsOf = (event: DemoEvent) =>
    [...new Set(event.attempts.map((attempt) => attempt.endpointIndex))].map((endpointIndex) =>
      event.attempts.filter((attempt) => attempt.endpointIndex === endpointIndex),
    );

  it('goes to endpoints that watch its contract, chain and signature, while they are active', () => {
    const wrong = events.filter(({ feed, attempts: own, ingestedAtUs }) =>
      own.some(({ endpointIndex, attemptedAtUs }) => {
        const { contracts, chainIndexes, shapeIndex, deactivatedAtUs } = endpointOf(endpointIndex);
        const watches = contracts.includes(feed.contract) && chainIndexes.includes(feed.chainIndex);
        const hasSignature = shapeIndex === null || shapeIndex === feed.shapeIndex;
        const inTime = ingestedAtUs < (deactivatedAtUs ?? Infinity) && attemptedAtUs > ingestedAtUs;
        return !watches || !hasSignature || !inTime;
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('is retried after a growing delay as long as the answer is worth it', () => {
    const chains = events.flatMap(chainsOf);
    const wrong = chains.filter((chain) =>
      chain.some(
        ({ attemptNumber, attemptedAtUs, completedAtUs, endpointIndex, nextRetryAtUs, outcome }, i) => {
          const inOrder = attemptNumber === i + 1 && attemptNumber <= endpointOf(endpointIndex).maxRetries;
          const onTime = i === 0 || attemptedAtUs === chain[i - 1]!.nextRetryAtUs;
          const forReason = i === chain.length - 1 || outcome?.shouldRetry === true;
          const waited = nextRetryAtUs === null ? null : (nextRetryAtUs - completedAtUs!) / 1e6;
          const [low, high] = [Math.floor(0.8 * 2 ** attemptNumber), 1.2 * 2 ** attemptNumber];
          return !inOrder || !onTime || !forReason || (waited !== null && (waited < low || waited > high));
        },
      ),
    );
    expect(wrong).toEqual([]);
    expect(chains.filter((chain) => chain.length > 1).length).toBeGreaterThan(100);
  });

  it('has outcomes that hold together, and none after the end of the period', () => {
    const wrong = attempts.filter(({ endpointIndex, attemptedAtUs, completedAtUs, outcome }) => {
      if ((completedAtUs ?? attemptedAtUs) > plan.clock.untilUs) return true;
      if (!outcome) return false;
      const { httpStatusCode: status, durationMs, success, shouldRetry, errorMessage } = outcome;
      const overMs = durationMs - endpointOf(endpointIndex).timeoutSeconds * 1000;
      const timedOut = errorMessage?.endsWith('timed out') === true;
      return (
        success !== (status !== null && status < 300) ||
        shouldRetry !== (status === null || status === 429 || status >= 500) ||
        (errorMessage === null) !== (status !== null) ||
        Math.floor((completedAtUs! - attemptedAtUs) / 1000) !== durationMs ||
        timedOut !== overMs >= 0 ||
        overMs > 10
      );
    });
    expect(wrong).toEqual([]);
    const bodies = attempts.flatMap((attempt) => attempt.outcome?.responseBody || []);
    expect(() => bodies.forEach((body) => JSON.parse(body) as unknown)).not.toThrow();
  });

  it('leaves what would come after the end of the period for later', () => {
    const dense = planDemoData({ ...shape, events: 5_000_000, days: 1 });
    const generator = new EventGenerator(dense);
    const last = Array.from({ length: 5000 }, (_, i) => generator.event(dense.shape.events - 1 - i));
    const { untilUs } = dense.clock;
    const late = last.filter(
      (event) =>
        event.processedAtUs > untilUs ||
        event.attempts.some((a) => a.attemptedAtUs > untilUs || (a.completedAtUs ?? 0) > untilUs),
    );
    expect(late).toEqual([]);
    const waiting = last.filter((event) => event.attempts.some((a) => (a.nextRetryAtUs ?? 0) > untilUs));
    expect(waiting.length).toBeGreaterThan(0);
  });

  it('comes in order, with block numbers that grow along each chain', () => {
    const last = new Map<number, number>();
    const wrong = events.filter((event, i) => {
      const before = last.get(event.feed.chainIndex) ?? 1;
      last.set(event.feed.chainIndex, event.blockNumber);
      return event.blockNumber < before || (i > 0 && event.ingestedAtUs < events[i - 1]!.ingestedAtUs);
    });
    expect(wrong).toEqual([]);
    expect(last.size).toBe(6);
  });

  it('has a positive block number when the period is older than the chain', () => {
    const old = planDemoData({ ...shape, until: new Date('2005-01-01'), days: 1, events: 200 });
    expect(generate(old).every((event) => event.blockNumber >= 1)).toBe(true);
  });
});
