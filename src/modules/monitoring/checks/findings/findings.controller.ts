import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Author } from '../../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../../kernel/http/openapi.js';
import { idParamSchema, type IdParam } from '../../../../kernel/http/validation.js';
import {
  findingDetailsExample,
  findingDetailsSchema,
  findingListExample,
  findingListSchema,
  type FindingDetailsDto,
  type FindingListDto,
} from './dto/finding.dto.js';
import {
  ignoreBodySchema,
  listFindingsQuerySchema,
  type IgnoreBody,
  type ListFindingsQuery,
} from './dto/finding.queries.js';
import { FindingsService } from './findings.service.js';

const finding = { schema: findingDetailsSchema, description: 'The finding.', example: findingDetailsExample };

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/findings')
export class FindingsController {
  constructor(private readonly findings: FindingsService) {}

  @Get()
  @ApiOperation({ summary: 'What is wrong, or was, newest first' })
  @ApiAnswers(
    { schema: findingListSchema, description: 'A page of findings.', example: findingListExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: listFindingsQuerySchema }) query: ListFindingsQuery): Promise<FindingListDto> {
    return this.findings.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One finding, with its openings' })
  @ApiAnswers(finding, 400, 401, 403, 404, 503)
  find(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<FindingDetailsDto> {
    return this.findings.find(id);
  }

  @Post(':id/ignore')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Nothing is to be done about it, for good or until a time',
    description: 'It is still looked for, and nobody is alerted.',
  })
  @ApiAnswers(finding, 400, 401, 403, 404, 503)
  ignore(
    @CurrentAuthor() author: Author,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: ignoreBodySchema }) body: IgnoreBody,
  ): Promise<FindingDetailsDto> {
    return this.findings.ignore(author, id, body);
  }

  @Post(':id/unignore')
  @HttpCode(200)
  @ApiOperation({ summary: 'Something is to be done about it after all' })
  @ApiAnswers(finding, 400, 401, 403, 404, 409, 503)
  unignore(
    @CurrentAuthor() author: Author,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<FindingDetailsDto> {
    return this.findings.unignore(author, id);
  }
}
