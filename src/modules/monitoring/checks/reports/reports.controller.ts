import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AdminOnly } from '../../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../../kernel/http/openapi.js';
import { idParamSchema, type IdParam } from '../../../../kernel/http/validation.js';
import {
  listReportsQuerySchema,
  reportExample,
  reportListExample,
  reportListSchema,
  reportQuerySchema,
  reportSchema,
  type ListReportsQuery,
  type ReportDto,
  type ReportListDto,
  type ReportQuery,
} from './dto/report.dto.js';
import { toMarkdown } from './markdown.js';
import { ReportsService } from './reports.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Get()
  @ApiOperation({ summary: 'The daily and weekly reports, newest first' })
  @ApiAnswers(
    { schema: reportListSchema, description: 'A page of reports.', example: reportListExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: listReportsQuerySchema }) query: ListReportsQuery): Promise<ReportListDto> {
    return this.reports.list(query);
  }

  @Get(':id')
  @ApiProduces('application/json', 'text/markdown')
  @ApiOperation({ summary: 'One report, as JSON or as Markdown' })
  @ApiAnswers(
    { schema: reportSchema, description: 'The report.', example: reportExample },
    400,
    401,
    403,
    404,
    503,
  )
  async find(
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: reportQuerySchema }) { format }: ReportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportDto | string> {
    const report = await this.reports.find(id);
    if (format === 'json') return report;
    reply.header('content-type', 'text/markdown; charset=utf-8');
    return toMarkdown(report);
  }
}
