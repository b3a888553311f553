import type { Facts } from '../../src/modules/maintenance/configuration/facts.js';

const GB = 2 ** 30;

function machine(of: Pick<Facts, 'ramBytes' | 'cpus' | 'storage' | 'connections'>): Facts {
  return {
    ...{ major: 18, isLinux: true, diskBytes: 100 * GB, maxConnections: 100, ...of },
    sources: { ram: 'test', cpus: 'test', storage: 'test', connections: 'test' },
  };
}

/** From the smallest virtual machine to a large server; the third is the plan's. */
export const MACHINES: Readonly<Record<string, Facts>> = {
  '1 GB': machine({ ramBytes: GB, cpus: 1, storage: 'ssd', connections: 20 }),
  '2 GB, disk': machine({ ramBytes: 2 * GB, cpus: 2, storage: 'hdd', connections: 50 }),
  '8 GB, the plan': machine({ ramBytes: 8 * GB, cpus: 4, storage: 'ssd', connections: 50 }),
  '16 GB': machine({ ramBytes: 16 * GB, cpus: 8, storage: 'ssd', connections: 100 }),
  '64 GB': machine({ ramBytes: 64 * GB, cpus: 16, storage: 'ssd', connections: 150 }),
  '256 GB': machine({ ramBytes: 256 * GB, cpus: 64, storage: 'ssd', connections: 400 }),
};
