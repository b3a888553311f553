import { settingsFile, settingsFor, type Machine } from './server-settings.js';

const GB = 1024 ** 3;
const machine = (part: Partial<Machine> = {}): Machine => ({
  memoryBytes: 16 * GB,
  cpus: 8,
  platform: 'linux',
  sharedMemoryBytes: 8 * GB,
  ...part,
});

describe('settingsFor', () => {
  test.each([
    [0.25, '32MB', '4MB', '16MB'],
    [2, '256MB', '4MB', '64MB'],
    [4, '512MB', '8MB', '128MB'],
    [64, '1024MB', '32MB', '512MB'],
  ])('takes a share of %s GB of memory, within bounds', (memoryGB, buffers, work, maintenance) => {
    expect(settingsFor(machine({ memoryBytes: memoryGB * GB }))).toMatchObject({
      shared_buffers: buffers,
      work_mem: work,
      maintenance_work_mem: maintenance,
    });
  });

  test.each([
    [1, '1', '1', '8'],
    [2, '2', '1', '8'],
    [8, '8', '4', '8'],
    [64, '64', '4', '64'],
  ])('never gives one query all of %s CPUs', (cpus, workers, perGather, processes) => {
    expect(settingsFor(machine({ cpus }))).toMatchObject({
      max_parallel_workers: workers,
      max_parallel_workers_per_gather: perGather,
      max_worker_processes: processes,
    });
  });

  test('leaves out elsewhere what only Linux has', () => {
    for (const platform of ['darwin', 'win32'] as const) {
      const names = Object.keys(settingsFor(machine({ platform })));
      expect(names).not.toContain('effective_io_concurrency');
      expect(names).not.toContain('client_connection_check_interval');
      expect(names).not.toContain('dynamic_shared_memory_type');
    }
    expect(settingsFor(machine())['effective_io_concurrency']).toBe('200');
  });

  test('avoids the small /dev/shm of a container', () => {
    const small = settingsFor(machine({ sharedMemoryBytes: 64 * 1024 ** 2 }));
    expect(small['dynamic_shared_memory_type']).toBe('sysv');
    expect(settingsFor(machine())['dynamic_shared_memory_type']).toBeUndefined();
  });
});

describe('settingsFile', () => {
  test('quotes values', () => {
    expect(settingsFile({ a: `it's`, b: 'C:\\x' })).toContain("a = 'it''s'\nb = 'C:\\\\x'\n");
  });

  test('lets no value start a line of its own', () => {
    expect(settingsFile({ a: "x\nfsync = 'off'" })).not.toMatch(/^fsync/m);
  });

  test('takes names of settings only', () => {
    expect(() => settingsFile({ 'a = 1\nb': '2' })).toThrow(TypeError);
  });
});
