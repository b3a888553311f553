import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { AppConfig } from '../config/config.js';
import { activeTrace } from './tracing.js';

export type { Logger };

// Nothing logs these on purpose; the list is the net beneath.
const secretKeys = [
  'password',
  'password_hash',
  'token',
  'jwtSecret',
  'authorization',
  'cookie',
  'api_key',
  'hmac_secret',
  'webhook_secret',
];

/** Structured logs, one JSON object a line (or human-readable), with secrets redacted wherever they hang. */
export function createLogger(log: AppConfig['log'], destination?: { write(line: string): void }): Logger {
  const options = {
    level: log.level,
    redact: {
      paths: [
        ...secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        'req.headers["x-api-key"]',
        'headers["x-api-key"]',
      ],
      censor: '[redacted]',
    },
    serializers: { err: serializeError },
    base: undefined,
    mixin: () => activeTrace() ?? {},
  };
  if (destination) return pino(options, destination);
  if (log.format === 'json') return pino(options);
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' },
    },
  });
}

// Only what explains the error. A driver's error also carries the row's values in `detail`, and its connection.
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, routine, where } = error as { code?: unknown; routine?: unknown; where?: unknown };
  return {
    type: error.name,
    message: error.message,
    code,
    routine,
    where,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}

/** Sends Nest's own messages through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log = (message: unknown, context?: unknown) => this.logger.debug({ context }, String(message));
  debug = (message: unknown, context?: unknown) => this.logger.debug({ context }, String(message));
  verbose = (message: unknown, context?: unknown) => this.logger.trace({ context }, String(message));
  warn = (message: unknown, context?: unknown) => this.logger.warn({ context }, String(message));
  error = (message: unknown, stack?: unknown, context?: unknown) =>
    this.logger.error({ context, stack }, String(message));
  fatal = (message: unknown, context?: unknown) => this.logger.fatal({ context }, String(message));
}
