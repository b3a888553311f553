import {
  Injectable,
  ServiceUnavailableException,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { databaseDown } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { HealthComponents } from './health-components.js';
import type { Components } from './health.dto.js';

export interface Verdict {
  readonly isDegraded: boolean;
  readonly components: Components;
  /** Why requests cannot be answered; null: they can. */
  readonly refusal: DomainError | null;
}

/** Whether requests can be answered, by all that has registered a health. */
@Injectable()
export class Readiness implements OnModuleDestroy, BeforeApplicationShutdown {
  private isShuttingDown = false;

  constructor(
    private readonly checks: HealthCheckService,
    private readonly components: HealthComponents,
  ) {}

  // The first hook that is called: those of others may take their time.
  onModuleDestroy(): void {
    this.isShuttingDown = true;
  }

  beforeApplicationShutdown(): void {
    this.isShuttingDown = true;
  }

  /** Within a second and a bit, whatever hangs. */
  async ask(): Promise<Verdict> {
    if (this.isShuttingDown) return { isDegraded: false, components: {}, refusal: shuttingDown() };
    const { status, details } = await this.check();
    const components: Components = details;
    return { isDegraded: status === 'degraded', components, refusal: refusalOf(components) };
  }

  private async check(): Promise<HealthCheckResult> {
    try {
      return await this.checks.check(
        this.components.all.map(({ name, look }) => async () => {
          const { status, details = {} } = await look();
          return { [name]: { ...details, status } };
        }),
      );
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }
}

const shuttingDown = () =>
  new DomainError('unavailable', 'shutting_down', 'The server is shutting down', { retryAfterSeconds: 1 });

function refusalOf(components: Components): DomainError | null {
  if (components['database']?.status === 'down') return databaseDown();
  const down = Object.entries(components).find(([, { status }]) => status === 'down');
  if (down === undefined) return null;
  const [name, { message }] = down;
  const [code, text] =
    name === 'schema' ? ['schema_behind', 'The database schema is behind'] : ['not_ready', `${name} is down`];
  return new DomainError('unavailable', code, typeof message === 'string' ? `${text}: ${message}` : text, {
    retryAfterSeconds: 1,
  });
}
