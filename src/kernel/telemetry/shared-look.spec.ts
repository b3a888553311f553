import { setTimeout as sleep } from 'node:timers/promises';
import { LateLookError, SharedLook } from './shared-look.js';

describe('SharedLook', () => {
  it('is one look for all who ask while it is fresh', async () => {
    let looks = 0;
    const look = new SharedLook(() => Promise.resolve(++looks), { freshMs: 60, timeoutMs: 1000 });
    expect(await Promise.all([look.get(), look.get(), look.get()])).toEqual([1, 1, 1]);
    expect(await look.get()).toBe(1);
    await sleep(80);
    expect(await look.get()).toBe(2);
  });

  it('begins no second one while the first hangs, and gives no old value for it', async () => {
    let looks = 0;
    let answer: (value: number) => void = () => undefined;
    const look = new SharedLook(
      () => (++looks === 1 ? Promise.resolve(1) : new Promise<number>((resolve) => (answer = resolve))),
      { freshMs: 10, timeoutMs: 30 },
    );
    expect(await look.get()).toBe(1);
    await sleep(20);
    await expect(look.get()).rejects.toThrow(LateLookError);
    await expect(look.get()).rejects.toThrow(LateLookError);
    expect(looks).toBe(2);
    answer(2);
    expect(await look.get()).toBe(2);
  });

  it('tells an error to all who ask, and looks again after it', async () => {
    let looks = 0;
    const look = new SharedLook(
      () => (++looks === 1 ? Promise.reject(new Error('away')) : Promise.resolve(looks)),
      { freshMs: 20, timeoutMs: 1000 },
    );
    await expect(look.get()).rejects.toThrow('away');
    await expect(look.get()).rejects.toThrow('away');
    await sleep(30);
    expect(await look.get()).toBe(2);
  });
});
