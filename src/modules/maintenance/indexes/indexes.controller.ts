import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { accepted, pointTo } from '../runs/accepted.js';
import type { AcceptedRunDto } from '../runs/dto/run.dto.js';
import { Operations } from '../runs/operations.service.js';
import {
  indexBodySchema,
  indexEvidenceQuerySchema,
  indexParamSchema,
  type IndexBody,
  type IndexEvidenceQuery,
  type IndexParam,
} from './dto/index-bodies.dto.js';
import {
  indexEvidenceExample,
  indexEvidenceSchema,
  type IndexEvidenceDto,
} from './dto/index-evidence.dto.js';
import { IndexEvidenceService } from './index-evidence.service.js';

@ApiTags('maintenance')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/maintenance/indexes')
export class IndexesController {
  constructor(
    private readonly indexes: IndexEvidenceService,
    private readonly operations: Operations,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Which indexes are invalid or of no use, how that is known, and what was dropped',
  })
  @ApiAnswers(
    { schema: indexEvidenceSchema, description: 'The evidence.', example: indexEvidenceExample },
    400,
    401,
    403,
    503,
  )
  evidence(
    @Query({ schema: indexEvidenceQuerySchema }) { min_observed_hours }: IndexEvidenceQuery,
  ): Promise<IndexEvidenceDto> {
    return this.indexes.evidence(min_observed_hours);
  }

  @Post(':name/drop')
  @HttpCode(202)
  @ApiOperation({ summary: 'Drop an index beside readers and writers, restorably: a run of drop-index' })
  @ApiAnswers(accepted, 400, 401, 403, 409, 503)
  drop(
    @CurrentAuthor() author: Author,
    @Param({ schema: indexParamSchema }) { name }: IndexParam,
    @Body({ schema: indexBodySchema }) body: IndexBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return this.ask('drop-index', author, name, body, reply);
  }

  @Post(':name/restore')
  @HttpCode(202)
  @ApiOperation({ summary: 'Build again what was dropped: a run of restore-index' })
  @ApiAnswers(accepted, 400, 401, 403, 409, 503)
  restore(
    @CurrentAuthor() author: Author,
    @Param({ schema: indexParamSchema }) { name }: IndexParam,
    @Body({ schema: indexBodySchema }) body: IndexBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return this.ask('restore-index', author, name, body, reply);
  }

  @Post(':name/rebuild')
  @HttpCode(202)
  @ApiOperation({ summary: 'Rebuild an index beside readers and writers: a run of rebuild-index' })
  @ApiAnswers(accepted, 400, 401, 403, 409, 503)
  rebuild(
    @CurrentAuthor() author: Author,
    @Param({ schema: indexParamSchema }) { name }: IndexParam,
    @Body({ schema: indexBodySchema }) body: IndexBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return this.ask('rebuild-index', author, name, body, reply);
  }

  private async ask(
    job: string,
    author: Author,
    index: string,
    { schema, ...ask }: IndexBody,
    reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return pointTo(reply, await this.operations.ask(author, job, { ...ask, parameters: { schema, index } }));
  }
}
