import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readHostUsage } from './host-usage.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ethhook-usage-'));
});
afterEach(() => rmSync(root, { recursive: true }));

interface Told {
  parent: number;
  /** Of its own in user and system mode, and of its children that have ended. */
  ticks: [number, number, number, number];
  ownKb: number;
  sharedKb: number;
}

function tell(pid: number, title: string, { parent, ticks, ownKb, sharedKb }: Told): void {
  put(`proc/${pid}/cmdline`, `${title}\0`);
  put(
    `proc/${pid}/stat`,
    `${pid} (a) b c) S ${parent} 1 1 0 -1 0 0 0 0 0 ${ticks.join(' ')} 20 0 1 0 777 0 0`,
  );
  put(
    `proc/${pid}/status`,
    `Name:\tx\nRssAnon:\t ${ownKb} kB\nRssFile:\t  10 kB\nRssShmem:\t ${sharedKb} kB\n`,
  );
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const ours = { backendPid: 42, user: 'ethhook', database: 'app' };

beforeEach(() => {
  tell(7, 'postgres -D /data', { parent: 1, ticks: [100, 50, 2000, 1000], ownKb: 5, sharedKb: 40 });
  tell(42, 'postgres: ethhook app 127.0.0.1(5000) idle', {
    parent: 7,
    ticks: [10, 5, 0, 0],
    ownKb: 20,
    sharedKb: 300,
  });
  tell(43, 'postgres: checkpointer', { parent: 7, ticks: [20, 15, 0, 0], ownKb: 30, sharedKb: 200 });
  tell(44, 'node', { parent: 1, ticks: [5000, 5000, 0, 0], ownKb: 9999, sharedKb: 9999 });
});

it.each([true, false])(
  'sums the processes of the server, with those that have ended, and counts what they share once (children told: %s)',
  (isTold) => {
    if (isTold) put('proc/7/task/7/children', '42 43 ');
    const usage = readHostUsage({ ...ours, root });
    expect(usage).toEqual({
      server: '7 777',
      cpuSeconds: (100 + 50 + 2000 + 1000 + 10 + 5 + 20 + 15) / 100,
      memoryBytes: 1024 * (5 + 20 + 30 + 300 + 10),
    });
  },
);

it('tells nothing of a server that runs elsewhere', () => {
  expect(readHostUsage({ ...ours, backendPid: 99, root })).toBeNull();
  expect(readHostUsage({ ...ours, backendPid: 44, root })).toBeNull();
  expect(readHostUsage({ ...ours, database: 'other', root })).toBeNull();
});
