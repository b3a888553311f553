import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { ConnectionPool } from './connection-pool.js';

const WAIT_MS = 3000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function poolWith(idleCount: number, waitingCount: number) {
  const client = { release: jest.fn() } as unknown as jest.Mocked<pg.PoolClient>;
  let give: () => void = () => undefined;
  const connect = () => new Promise<pg.PoolClient>((resolve) => (give = () => resolve(client)));
  const own = Object.assign(new EventEmitter(), { idleCount, waitingCount, connect }) as unknown as pg.Pool;
  const limits = { max: 2, backgroundMax: 1, queueMax: 2, waitMs: WAIT_MS };
  const pool = new ConnectionPool(own, { name: 'read', ...limits });
  return { pool, client, give: () => give() };
}

it('takes a connection that is there without a timer', async () => {
  const { pool, client, give } = poolWith(2, 1);
  const used = pool.use('interactive', () => Promise.resolve('answer'));
  await jest.advanceTimersByTimeAsync(0);
  expect(jest.getTimerCount()).toBe(0);
  give();
  expect(await used).toBe('answer');
  expect(client.release).toHaveBeenCalledTimes(1);
});

it.each([
  ['none is there', 0, 0],
  ['others wait for all that are', 1, 1],
])('waits so long at most where %s, and gives back the one that comes later', async (_, idle, waiting) => {
  const { pool, client, give } = poolWith(idle, waiting);
  const use = jest.fn(() => Promise.resolve());
  const used = pool.use('interactive', use);
  const refused = expect(used).rejects.toMatchObject({ code: 'database_busy' });
  await jest.advanceTimersByTimeAsync(WAIT_MS);
  await refused;
  give();
  await jest.advanceTimersByTimeAsync(0);
  expect(client.release).toHaveBeenCalledTimes(1);
  expect(use).not.toHaveBeenCalled();
});
