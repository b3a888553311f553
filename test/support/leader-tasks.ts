import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { connectionOptions } from '../../src/kernel/database/connection.js';
import { DedicatedSessions } from '../../src/kernel/database/dedicated-session.js';
import { DatabaseWatchdog } from '../../src/kernel/database/watchdog.js';

export interface OwnSessions {
  sessions: DedicatedSessions;
  /** With it, sessions end when the database is away. */
  watchdog: DatabaseWatchdog;
}

export function sessionsOf(databaseUrl: string): OwnSessions {
  const config = loadConfig({ DATABASE_URL: databaseUrl, JWT_SECRET: 'x'.repeat(32) }) as AppConfig;
  const watchdog = new DatabaseWatchdog(connectionOptions(config, 'leader-test watchdog'));
  return { sessions: new DedicatedSessions(config, watchdog), watchdog };
}

/** Throws with what it is when it does not become true in time. */
export async function becomes(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  for (const deadline = performance.now() + withinMs; ; await sleep(20)) {
    if (await isTrue()) return;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
  }
}
