import { Controller, Get, Header, type BeforeApplicationShutdown } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../auth/auth-user.js';
import { Database, databaseDown } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { ApiAnswers } from '../http/openapi.js';

const liveSchema = z.object({ status: z.literal('live'), uptime_seconds: z.number() }).meta({ id: 'Live' });
const readySchema = z
  .object({ status: z.literal('ready'), database: z.object({ up: z.literal(true), latency_ms: z.number() }) })
  .meta({ id: 'Ready' });

/** Answered below the base path, where the old API had /health, and at the root, where probes look. */
@ApiTags('health')
@Public()
@Controller('health')
export class HealthController implements BeforeApplicationShutdown {
  private shuttingDown = false;

  constructor(private readonly database: Database) {}

  beforeApplicationShutdown(): void {
    this.shuttingDown = true;
  }

  @Get()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOperation({ summary: 'The server answers (as the old API said it)' })
  @ApiAnswers({ schema: z.literal('OK'), description: 'The text OK.', example: 'OK' })
  health(): string {
    return 'OK';
  }

  @Get('live')
  @ApiOperation({ summary: 'Liveness: restart the process when this fails' })
  @ApiAnswers({
    schema: liveSchema,
    description: 'Alive.',
    example: { status: 'live', uptime_seconds: 12.3 },
  })
  live(): z.infer<typeof liveSchema> {
    return { status: 'live', uptime_seconds: process.uptime() };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Readiness: send requests only while this is 200' })
  @ApiAnswers(
    {
      schema: readySchema,
      description: 'Ready.',
      example: { status: 'ready', database: { up: true, latency_ms: 0.4 } },
    },
    503,
  )
  async ready(): Promise<z.infer<typeof readySchema>> {
    if (this.shuttingDown)
      throw new DomainError('unavailable', 'shutting_down', 'The server is shutting down');
    const state = await this.database.check();
    if (!state.up) throw databaseDown();
    return { status: 'ready', database: { up: true, latency_ms: Math.round(state.latencyMs * 100) / 100 } };
  }
}
