import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { accepted, pointTo } from '../runs/accepted.js';
import type { AcceptedRunDto } from '../runs/dto/run.dto.js';
import { Operations } from '../runs/operations.service.js';
import { AutovacuumService } from './autovacuum.service.js';
import {
  applyAutovacuumBodySchema,
  revertAutovacuumBodySchema,
  type ApplyAutovacuumBody,
  type RevertAutovacuumBody,
} from './dto/autovacuum-bodies.dto.js';
import {
  autovacuumProposalsExample,
  autovacuumProposalsSchema,
  type AutovacuumProposalsDto,
} from './dto/autovacuum-proposal.dto.js';

@ApiTags('maintenance')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/maintenance/autovacuum')
export class AutovacuumController {
  constructor(
    private readonly autovacuum: AutovacuumService,
    private readonly operations: Operations,
  ) {}

  @Get()
  @ApiOperation({
    summary: "Each table's autovacuum settings as they are and as they should be, with the reasons",
  })
  @ApiAnswers(
    {
      schema: autovacuumProposalsSchema,
      description: 'The proposals.',
      example: autovacuumProposalsExample,
    },
    401,
    403,
    503,
  )
  propose(): Promise<AutovacuumProposalsDto> {
    return this.autovacuum.propose();
  }

  @Post('apply')
  @HttpCode(202)
  @ApiOperation({ summary: 'Set what is proposed, for one table or for all: a run of tune-autovacuum' })
  @ApiAnswers(accepted, 400, 401, 403, 409, 503)
  async apply(
    @CurrentAuthor() author: Author,
    @Body({ schema: applyAutovacuumBodySchema }) { table, ...ask }: ApplyAutovacuumBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return pointTo(
      reply,
      await this.operations.ask(author, 'tune-autovacuum', { ...ask, parameters: { table } }),
    );
  }

  @Post('revert')
  @HttpCode(202)
  @ApiOperation({ summary: 'Take back what was set on a table: a run of revert-autovacuum' })
  @ApiAnswers(accepted, 400, 401, 403, 409, 503)
  async revert(
    @CurrentAuthor() author: Author,
    @Body({ schema: revertAutovacuumBodySchema }) { table, ...ask }: RevertAutovacuumBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return pointTo(
      reply,
      await this.operations.ask(author, 'revert-autovacuum', { ...ask, parameters: { table } }),
    );
  }
}
