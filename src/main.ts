import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { pendingMigrations } from './data-source.js';
import { demoLogins, startEmbeddedDemo } from './demo/embedded-demo.js';
import { ConfigError, loadConfig, type AppConfig } from './kernel/config/config.js';
import { EmbeddedInUseError, EmbeddedStartError } from './kernel/database/embedded/index.js';
import { passStartGate, StartRefusedError } from './kernel/database/start-gate.js';
import { createHttpApplication } from './kernel/http/http-application.js';
import { Shutdown } from './kernel/lifecycle/shutdown.js';
import { createLogger, type Logger } from './kernel/telemetry/logger.js';
import { startTracing } from './kernel/telemetry/start-tracing.js';

// Its own stop is bounded by 30 s: a checkpoint takes its time, and cutting it short would only cost a recovery.
const EMBEDDED_STOP_TIMEOUT_MS = 35_000;

// Of the last spans: a receiver that is away must not hold the process up.
const TRACES_STOP_TIMEOUT_MS = 2000;

const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const loaded = loadConfig(process.env);
  const logger = createLogger(loaded.log);
  const shutdown = new Shutdown(logger, loaded.http.shutdownTimeoutMs);
  try {
    await start(loaded, logger, shutdown);
  } catch (error) {
    await shutdown.run();
    if (shutdown.signal.aborted) process.exit(0);
    throw error;
  }
}

async function start(loaded: Loaded, logger: Logger, shutdown: Shutdown): Promise<void> {
  const isDemo = loaded.database.url === undefined;
  const { url, jwtSecret } = isDemo ? await embedded(loaded, shutdown) : external(loaded);
  const config: AppConfig = {
    ...loaded,
    database: { ...loaded.database, url },
    auth: { ...loaded.auth, jwtSecret },
  };
  const newer = await passStartGate(config, pendingMigrations, shutdown.signal);
  if (newer.length > 0) logger.warn({ migrations: newer }, 'the database schema is newer than this version');
  const stopTracing = await startTracing(config);
  if (stopTracing !== null) shutdown.onStop('traces', stopTracing, TRACES_STOP_TIMEOUT_MS);
  const app = await createHttpApplication(AppModule.with(config), config, logger);
  shutdown.onStop('http', () => app.close());
  await listen(app, config);
  shutdown.startCompleted();
  announce(await app.getUrl(), isDemo);
}

type Loaded = ReturnType<typeof loadConfig>;

async function embedded({ embedded, auth }: Loaded, shutdown: Shutdown) {
  const demo = await startEmbeddedDemo(embedded, print, shutdown.signal);
  shutdown.onStop('embedded PostgreSQL', () => demo.stop(), EMBEDDED_STOP_TIMEOUT_MS);
  return { url: demo.url, jwtSecret: auth.jwtSecret ?? demo.jwtSecret };
}

function external({ database, auth }: Loaded) {
  if (database.url === undefined || auth.jwtSecret === undefined)
    throw new Error('loadConfig lets this not pass');
  return { url: database.url, jwtSecret: auth.jwtSecret };
}

async function listen(app: NestFastifyApplication, { http }: AppConfig): Promise<void> {
  try {
    await app.listen(http.port, http.host);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new StartRefusedError(`Port ${http.port} on ${http.host} is in use; set PORT to another one.`);
  }
}

function announce(url: string, isDemo: boolean): void {
  print(`EthHook Admin is ready:  ${url}/api/v1`);
  print(`API documentation:       ${url}/docs`);
  if (!isDemo) return;
  print(`Demo logins (password ${demoLogins.password}):`);
  print(`  tenant  ${demoLogins.tenant}`);
  print(`  admin   ${demoLogins.admin}`);
}

// What these say is meant for whoever starts the server; anything else is a bug, and its stack helps.
const toldAsTheyAre = [ConfigError, StartRefusedError, EmbeddedInUseError, EmbeddedStartError];

main().catch((error: unknown) => {
  const isTold = toldAsTheyAre.some((kind) => error instanceof kind);
  const { message, stack } = error as Error;
  process.stderr.write(`${isTold ? message : stack}\n`);
  process.exit(1);
});
