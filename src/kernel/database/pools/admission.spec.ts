import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../../errors/domain-error.js';
import { Admission } from './admission.js';

const limits = { max: 4, backgroundMax: 1, queueMax: 2, waitMs: 60 };
const busy = { kind: 'unavailable', code: 'database_busy', retryAfterSeconds: 1 };

const enterMany = async (admission: Admission, lane: 'interactive' | 'background', count: number) => {
  const leaving: (() => void)[] = [];
  for (let n = 0; n < count; n++) leaving.push(await admission.enter(lane));
  return leaving;
};

it('refuses at once whom the queue has no room for, and the others when they have waited long enough', async () => {
  const admission = new Admission(limits);
  await enterMany(admission, 'interactive', 4);
  const waiting = [admission.enter('interactive'), admission.enter('interactive')];
  const outcomes = Promise.allSettled(waiting);
  expect(admission.waiting).toBe(2);
  const next = admission.enter('interactive').catch((error: unknown) => error);
  // Before any timer, and so before those who wait are refused.
  expect(await Promise.race([next, new Promise(setImmediate)])).toMatchObject(busy);
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(admission.waiting).toBe(0);
});

it('gives the background its share only, however much is free', async () => {
  const admission = new Admission(limits);
  const [leave] = await enterMany(admission, 'background', 1);
  let entered = false;
  const second = admission.enter('background').then(() => (entered = true));
  await enterMany(admission, 'interactive', 3);
  await sleep(10);
  expect(entered).toBe(false);
  leave?.();
  await second;
});

it('lets requests in before background work that waits for longer', async () => {
  const admission = new Admission(limits);
  const [leave] = await enterMany(admission, 'interactive', 4);
  const order: string[] = [];
  const background = admission.enter('background').then((leaveNext) => {
    order.push('background');
    return leaveNext;
  });
  const interactive = admission.enter('interactive').then((leaveNext) => {
    order.push('interactive');
    leaveNext();
  });
  leave?.();
  await Promise.all([background, interactive]);
  expect(order).toEqual(['interactive', 'background']);
});

it('tells all who wait when the server is away', async () => {
  const admission = new Admission(limits);
  await enterMany(admission, 'interactive', 4);
  const waiting = Promise.allSettled([admission.enter('interactive'), admission.enter('background')]);
  admission.refuseWaiting(new DomainError('unavailable', 'gone', 'gone'));
  expect(await waiting).toMatchObject([{ reason: { code: 'gone' } }, { reason: { code: 'gone' } }]);
});
