import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { createHttpApplication } from '../../src/kernel/http/http-application.js';
import { createLogger } from '../../src/kernel/telemetry/logger.js';

export const JWT_SECRET = 'a-secret-of-the-tests-32-characters';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON; undefined for another content type. */
  body: ReturnType<typeof JSON.parse>;
}

export interface TestApp {
  app: NestFastifyApplication;
  url: string;
  logs: string[];
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** As EthHook's UI sends it: with its content type also where there is no body. */
  call(method: string, path: string, token?: string, body?: unknown): Promise<Answer>;
  delete(path: string, token?: string, headers?: Record<string, string>): Promise<Answer>;
  login(email: string, password: string): Promise<string>;
  close(): Promise<void>;
}

/** The whole application in this process, on a port of its own, over a real database. */
export async function startTestApp(
  databaseUrl: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<TestApp> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    JWT_SECRET,
    HOST: '127.0.0.1',
    DATABASE_POOL_MIN: '1',
    DATABASE_POOL_MAX: '10',
    LOGIN_MAX_FAILURES: '1000',
    MAINTENANCE_ENABLED: 'false',
    // Suites change rows behind the server's back; those of the cache turn it on.
    CACHE_TTL_SECONDS: '0',
    ...environment,
  }) as AppConfig;
  const logs: string[] = [];
  const logger = createLogger(config.log, { write: (line) => void logs.push(line) });
  const app = await createHttpApplication(AppModule.with(config), config, logger);
  await app.listen(0, '127.0.0.1');
  const url = `${(await app.getUrl()).replace('[::1]', '127.0.0.1')}/api/v1`;
  const request = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(
      /^\/(health|docs|metrics)/.test(path) ? url.replace('/api/v1', path) : url + path,
      init,
    );
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  };
  const post: TestApp['post'] = (path, body, headers) =>
    request(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    app,
    url,
    logs,
    get: (path, token, headers) => request(path, { headers: { ...bearer(token), ...headers } }),
    post,
    call: (method, path, token, body) =>
      request(path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      }),
    delete: (path, token, headers) =>
      request(path, { method: 'DELETE', headers: { ...bearer(token), ...headers } }),
    login: async (email, password) =>
      ((await post('/auth/login', { email, password })).body as { token: string }).token,
    close: () => app.close(),
  };
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };
