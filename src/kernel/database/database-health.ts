import type { Component, ComponentHealth } from '../health/health-components.js';
import type { Replicas } from './replicas/replicas.js';
import type { DatabaseWatchdog } from './watchdog.js';

/** Asked of the watchdog's own connection: neither a slow query nor a pool that is all in use is a database that is away. */
export const databaseHealth = (watchdog: DatabaseWatchdog): Component => ({
  name: 'database',
  whenSilent: { status: 'down', details: { message: 'no answer' } },
  look: async (): Promise<ComponentHealth> => {
    const state = await watchdog.check();
    if (!state.up) return { status: 'down', details: { message: 'no answer' } };
    return { status: 'up', details: { latency_ms: rounded(state.latencyMs) } };
  },
});

/** Without them the primary answers. */
export const replicasHealth = (replicas: Replicas): Component => ({
  name: 'replicas',
  whenSilent: { status: 'degraded' },
  look: () => {
    const total = replicas.all.length;
    const usable = replicas.all.filter(({ isUsable }) => isUsable).length;
    const lags = replicas.all.map(({ lagMs }) => lagMs).filter((lagMs) => lagMs !== null);
    return Promise.resolve({
      status: usable === total ? 'up' : 'degraded',
      details: {
        usable,
        total,
        ...(lags.length === 0 ? {} : { max_lag_seconds: rounded(Math.max(...lags) / 1000) }),
      },
    });
  },
});

const rounded = (value: number) => Math.round(value * 100) / 100;
