import { Controller, Delete, Get, HttpCode, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { ChangesTenant } from '../../kernel/cache/tenant-changes.js';
import { CurrentClient, type Client } from '../../kernel/http/client.js';
import { BASE_PATH } from '../../kernel/http/base-path.js';
import { ApiAnswers, ApiErrors, ApiNoContent } from '../../kernel/http/openapi.js';
import { idParamSchema, type IdParam } from '../../kernel/http/validation.js';
import { DeletionsService } from './deletions.service.js';
import {
  deletionExample,
  deletionListExample,
  deletionListSchema,
  deletionSchema,
  type DeletionDto,
  type DeletionListDto,
} from './dto/deletion.dto.js';
import { listDeletionsQuerySchema, type ListDeletionsQuery } from './dto/list-deletions.query.js';

const hidden = {
  description: 'It is hidden from now on. What it has is removed in the background.',
  headers: { Location: 'The deletion, which says how far that is.' },
};

@ApiTags('accounts')
@ApiBearerAuth()
@ChangesTenant()
@Controller()
export class DeletionsController {
  constructor(private readonly deletions: DeletionsService) {}

  @Delete('applications/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an application with its endpoints and their attempts' })
  @ApiNoContent(hidden)
  @ApiErrors(400, 401, 404, 503)
  async deleteApplication(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const resource = { resourceType: 'application', resourceId: id } as const;
    pointTo(reply, await this.deletions.delete(userId, resource, client));
  }

  @Delete('endpoints/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an endpoint with its attempts' })
  @ApiNoContent(hidden)
  @ApiErrors(400, 401, 404, 503)
  async deleteEndpoint(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const resource = { resourceType: 'endpoint', resourceId: id } as const;
    pointTo(reply, await this.deletions.delete(userId, resource, client));
  }

  @Get('deletions')
  @ApiOperation({ summary: 'What was deleted, newest first; kept for 90 days after it is finished' })
  @ApiAnswers(
    { schema: deletionListSchema, description: 'A page of deletions.', example: deletionListExample },
    400,
    401,
    503,
  )
  list(
    @CurrentUser() { userId }: AuthUser,
    @Query({ schema: listDeletionsQuerySchema }) query: ListDeletionsQuery,
  ): Promise<DeletionListDto> {
    return this.deletions.list(userId, query);
  }

  @Get('deletions/:id')
  @ApiOperation({ summary: 'How far a deletion is' })
  @ApiAnswers(
    { schema: deletionSchema, description: 'The deletion.', example: deletionExample },
    400,
    401,
    404,
    503,
  )
  find(
    @CurrentUser() { userId }: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<DeletionDto> {
    return this.deletions.find(userId, id);
  }
}

const pointTo = (reply: FastifyReply, deletionId: string) =>
  void reply.header('Location', `${BASE_PATH}/deletions/${deletionId}`);
