import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { totalmem, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readDatabaseHost } from './database-host.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ethhook-host-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function host(files: Record<string, string>, dataDirectory: string | null = null) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return readDatabaseHost({ backendPid: 42, dataDirectory, root });
}
const backend = { 'proc/42/cmdline': 'postgres: ethhook ethhook 127.0.0.1(5000) idle\0' };

it("takes the least limit of PostgreSQL's cgroup and those around it, v2", () => {
  const { ramBytes, cpus, sources } = host({
    ...backend,
    'proc/42/cgroup': '0::/db.slice/postgres\n',
    'sys/fs/cgroup/db.slice/memory.max': '536870912\n',
    'sys/fs/cgroup/db.slice/postgres/memory.max': 'max\n',
    'sys/fs/cgroup/db.slice/postgres/cpu.max': '150000 100000\n',
  });
  expect([ramBytes, cpus]).toEqual([536_870_912, 1]);
  expect(sources.ram).toMatch(/cgroup/);
});

it('and v1', () => {
  const { ramBytes } = host({
    ...backend,
    'proc/42/cgroup': '5:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': '268435456\n',
  });
  expect(ramBytes).toBe(268_435_456);
});

it("else the machine's own", () => {
  const { ramBytes, sources } = host({ ...backend, 'proc/42/cgroup': '0::/\n' });
  expect([ramBytes, sources.ram]).toEqual([totalmem(), "the machine's RAM"]);
});

it('sees nothing when the backend is not a process of this machine', () => {
  expect(host({ 'proc/42/cmdline': '/usr/bin/node\0main.js' })).toMatchObject({ ramBytes: null, cpus: null });
  expect(readDatabaseHost({ backendPid: 7, dataDirectory: null, root }).sources.ram).toMatch(
    /another machine/,
  );
});

it.each([
  ['sda', '1', 'hdd'],
  ['nvme0n1', '0', 'ssd'],
  ['vda1', '1', null],
  ['xvdb', '1', null],
  ['vda', '0', 'ssd'],
])('takes %s with the rotational flag %s for %s', (name, flag, expected) => {
  const { dev } = statSync(root);
  const device = `sys/dev/block/${Math.floor(dev / 256) % 4096}:${(dev % 256) + Math.floor(dev / 2 ** 20) * 256}`;
  const files = {
    [`${device}/queue/rotational`]: `${flag}\n`,
    [`${device}/uevent`]: `MAJOR=8\nDEVNAME=${name}\n`,
  };
  const { storage, diskBytes } = host({ ...backend, ...files }, root);
  expect([storage, diskBytes]).toEqual([expected, expect.any(Number)]);
});
