import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Public } from '../auth/auth-user.js';
import { answerOf } from '../http/error.filter.js';
import { ApiAnswers } from '../http/openapi.js';
import {
  liveSchema,
  notReadyExample,
  notReadySchema,
  readyExample,
  readySchema,
  type Live,
  type NotReady,
  type Ready,
} from './health.dto.js';
import { Readiness } from './readiness.js';

/** Answered below the base path, where the old API had /health, and at the root, where probes look. */
@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

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
  live(): Live {
    return { status: 'live', uptime_seconds: process.uptime() };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Readiness: send requests only while this is 200',
    description:
      'With the health of each component. What is degraded does not keep requests from being answered.',
  })
  @ApiAnswers({ schema: readySchema, description: 'Ready.', example: readyExample })
  @ApiResponse({
    status: 503,
    description: 'Requests cannot be answered now; Retry-After says when to ask again.',
    standardSchema: notReadySchema,
    example: notReadyExample,
  })
  async ready(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Ready | NotReady> {
    const { refusal, isDegraded, components } = await this.readiness.ask();
    if (refusal === null)
      return { status: 'ready', database: upDatabase(components), is_degraded: isDegraded, components };
    const { status, retryAfterSeconds = 1, body } = answerOf(refusal, request);
    void reply.status(status).header('Retry-After', String(retryAfterSeconds));
    const state = refusal.code === 'shutting_down' ? 'shutting_down' : 'not_ready';
    return { ...body, status: state, components };
  }
}

const upDatabase = ({ database }: Ready['components']): Ready['database'] => ({
  up: true,
  latency_ms: Number(database?.['latency_ms'] ?? 0),
});
