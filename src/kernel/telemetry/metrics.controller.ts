import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../auth/auth-user.js';
import { ApiAnswers } from '../http/openapi.js';
import { Metrics } from './metrics.js';

/** Answered below the base path, and at the root, where scrapers look. */
@ApiTags('health')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @ApiProduces('text/plain')
  @ApiOperation({ summary: 'What this process counts and measures, for Prometheus' })
  @ApiAnswers({
    schema: z.string(),
    description: "Prometheus' text format.",
    example: 'process_resident_memory_bytes 93847552',
  })
  text(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.metrics.contentType);
    return this.metrics.text();
  }
}
