import type { DatabaseHost } from './database-host.js';
import type { ServerRow } from './queries/read-server.sql.js';

/** What the formulas compute from. */
export interface Facts {
  major: number;
  /** Has posix_fadvise, which PostgreSQL reads ahead with. */
  isLinux: boolean;
  /** null: not to be seen from here. */
  ramBytes: number | null;
  cpus: number | null;
  storage: 'ssd' | 'hdd';
  diskBytes: number | null;
  /** Sessions that may be busy at once: the pools of all instances, and those of other programs. */
  connections: number;
  maxConnections: number;
  sources: { ram: string; cpus: string; storage: string; connections: string };
}

/** What the configuration says of the database's machine; it wins over what is seen, since a flag can be wrong. */
export interface AdvisorConfig {
  ramBytes: number | undefined;
  cpus: number | undefined;
  storage: 'ssd' | 'hdd' | undefined;
  instances: number;
}

const GB = 2 ** 30;
/** A machine sold with 8 GB reports 7.8: the kernel keeps the rest for itself. */
const KERNEL_SHARE = 0.04;

export function factsOf(
  host: DatabaseHost,
  server: ServerRow,
  { given, poolMax }: { given: AdvisorConfig; poolMax: number },
): Facts {
  const ours = poolMax * given.instances;
  const ram = given.ramBytes ?? host.ramBytes;
  return {
    major: server.major,
    isLinux: server.platform.includes('linux'),
    ramBytes: ram === null ? null : nominal(ram),
    cpus: given.cpus ?? host.cpus,
    storage: given.storage ?? host.storage ?? 'ssd',
    diskBytes: host.diskBytes,
    connections: ours + server.otherConnections,
    maxConnections: server.maxConnections,
    sources: {
      ram: given.ramBytes === undefined ? host.sources.ram : 'MAINTENANCE_DATABASE_RAM_BYTES',
      cpus: given.cpus === undefined ? host.sources.cpus : 'MAINTENANCE_DATABASE_CPUS',
      storage: storageSource(host, given),
      connections:
        `a pool of ${poolMax} in ${given.instances} instance(s) (MAINTENANCE_INSTANCES), ` +
        `${server.otherConnections} sessions of other programs now`,
    },
  };
}

function nominal(bytes: number): number {
  const whole = Math.ceil(bytes / GB) * GB;
  return whole - bytes <= KERNEL_SHARE * whole ? whole : bytes;
}

function storageSource(host: DatabaseHost, given: AdvisorConfig): string {
  if (given.storage !== undefined) return 'MAINTENANCE_STORAGE';
  if (host.storage !== null) return host.sources.storage;
  return `taken to be an SSD (MAINTENANCE_STORAGE): ${host.sources.storage}`;
}
