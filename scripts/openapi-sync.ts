import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from '../src/app.module.js';
import { loadConfig, type AppConfig } from '../src/kernel/config/config.js';
import { BASE_PATH } from '../src/kernel/http/base-path.js';
import { buildOpenApi } from '../src/kernel/http/openapi.js';

const SNAPSHOT = 'test/snapshots/openapi.json';

/** The document as the server would give it; preview: nothing is instantiated, no database is needed. */
async function currentDocument(): Promise<string> {
  const config = loadConfig({}) as AppConfig;
  const app = await NestFactory.create(AppModule.with(config), new FastifyAdapter(), {
    preview: true,
    logger: false,
  });
  app.setGlobalPrefix(BASE_PATH);
  return `${JSON.stringify(buildOpenApi(app), null, 2)}\n`;
}

const current = await currentDocument();
if (!process.argv.includes('--check')) await writeFile(SNAPSHOT, current);
else if ((await readFile(SNAPSHOT, 'utf8').catch(() => '')) !== current) {
  process.stderr.write(`${SNAPSHOT} is stale: run \`npm run openapi:sync\` and commit it.\n`);
  process.exitCode = 1;
}
