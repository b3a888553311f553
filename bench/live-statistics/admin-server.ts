import { setTimeout as sleep } from 'node:timers/promises';
import { lastWords, startScript } from '../server/children.js';
import { JWT_SECRET } from './connection.js';

export interface AdminServer {
  /** Origin alone. */
  url: URL;
  /** The bearer token of this login. */
  logIn(email: string, password: string): Promise<string>;
  /** A gauge of /metrics; throws when the server has no such one. */
  gauge(name: string): Promise<number>;
}

const START_TIMEOUT_MS = 60_000;
const BASE_PATH = '/api/v1';

export const apiPath = (path: string) => `${BASE_PATH}${path}`;

/** The real server as a process of its own, stopped after `work`. */
export async function withAdminServer<T>(
  databaseUrl: string,
  { folds, cacheSeconds = 0, poolMax }: { folds: boolean; cacheSeconds?: number; poolMax?: number },
  signal: AbortSignal,
  work: (server: AdminServer) => Promise<T>,
): Promise<T> {
  let origin: string | undefined;
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    JWT_SECRET,
    LOG_LEVEL: 'warn',
    // One client is many tenants here, and one tenant many clients.
    RATE_LIMIT_PER_TENANT: '0',
    RATE_LIMIT_PER_ADDRESS: '0',
    FOLD_ENABLED: String(folds),
    CACHE_TTL_SECONDS: String(cacheSeconds),
    ...(poolMax === undefined
      ? {}
      : { DATABASE_POOL_MAX: String(poolMax), DATABASE_POOL_MIN: String(poolMax) }),
  };
  const onLine = (line: string) => (origin ??= /is ready:\s+(\S+)\/api\/v1/.exec(line)?.[1]);
  const child = startScript('src/main.js', [], databaseUrl, signal, onLine, environment);
  let over: string | null = null;
  child.ended.then(
    (ended) => (over = lastWords(ended)),
    (error: unknown) => (over = (error as Error).message),
  );
  try {
    for (const deadline = Date.now() + START_TIMEOUT_MS; origin === undefined;) {
      if (over !== null || Date.now() > deadline)
        throw new Error(`the server does not start: ${over ?? 'no answer in time'}`);
      await sleep(50, undefined, { signal });
    }
    return await work(adminServer(new URL(origin)));
  } finally {
    child.stop();
    await child.ended.catch(() => undefined);
  }
}

function adminServer(url: URL): AdminServer {
  return {
    url,
    logIn: async (email, password) => {
      const answer = await fetch(new URL(apiPath('/auth/login'), url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      });
      const { token } = (await answer.json()) as { token?: string };
      if (token === undefined) throw new Error(`${email} cannot log in: ${answer.status}`);
      return token;
    },
    gauge: async (name) => {
      const text = await (await fetch(new URL('/metrics', url))).text();
      const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
      if (value === undefined) throw new Error(`/metrics has no ${name}`);
      return Number(value);
    },
  };
}
