import { Body, Controller, Get, Header, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { accepted, pointTo } from '../runs/accepted.js';
import type { AcceptedRunDto } from '../runs/dto/run.dto.js';
import { Operations } from '../runs/operations.service.js';
import { ConfigurationService } from './configuration.service.js';
import {
  configurationAdviceExample,
  configurationAdviceSchema,
  type ConfigurationAdviceDto,
} from './dto/configuration-advice.dto.js';
import {
  applySettingBodySchema,
  patchQuerySchema,
  revertSettingBodySchema,
  type ApplySettingBody,
  type PatchQuery,
  type RevertSettingBody,
} from './dto/configuration-bodies.dto.js';

@ApiTags('maintenance')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/maintenance/configuration')
export class ConfigurationController {
  constructor(
    private readonly configuration: ConfigurationService,
    private readonly operations: Operations,
  ) {}

  @Get()
  @ApiOperation({ summary: "The server's settings as they are and as they should be, with the reasons" })
  @ApiAnswers(
    { schema: configurationAdviceSchema, description: 'The advice.', example: configurationAdviceExample },
    401,
    403,
    503,
  )
  advise(): Promise<ConfigurationAdviceDto> {
    return this.configuration.advise();
  }

  @Get('patch')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOperation({ summary: 'All that differs, as text for whoever keeps the configuration' })
  @ApiAnswers(
    {
      schema: z.string(),
      description: 'The patch; empty where nothing differs.',
      example: configurationAdviceExample.patch.postgresql_conf,
    },
    400,
    401,
    403,
    503,
  )
  async patch(@Query({ schema: patchQuerySchema }) { format }: PatchQuery): Promise<string> {
    return `${(await this.configuration.advise()).patch[format]}\n`;
  }

  @Post('apply')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Set one setting by ALTER SYSTEM: a run of apply-setting',
    description: 'A restart is never done: the advice lists what waits for one.',
  })
  @ApiAnswers(accepted, 400, 401, 403, 409, 503)
  async apply(
    @CurrentAuthor() author: Author,
    @Body({ schema: applySettingBodySchema }) { name, value, ...ask }: ApplySettingBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    const parameters = { name, value };
    return pointTo(reply, await this.operations.ask(author, 'apply-setting', { ...ask, parameters }));
  }

  @Post('revert')
  @HttpCode(202)
  @ApiOperation({ summary: 'Put back what a setting was before: a run of revert-setting' })
  @ApiAnswers(accepted, 400, 401, 403, 409, 503)
  async revert(
    @CurrentAuthor() author: Author,
    @Body({ schema: revertSettingBodySchema }) { name, ...ask }: RevertSettingBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return pointTo(
      reply,
      await this.operations.ask(author, 'revert-setting', { ...ask, parameters: { name } }),
    );
  }
}
