import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Author } from '../../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../../kernel/http/openapi.js';
import { AlertsService } from './alerts.service.js';
import {
  alertListExample,
  alertListSchema,
  listAlertsQuerySchema,
  testAlertExample,
  testAlertSchema,
  type AlertListDto,
  type ListAlertsQuery,
  type TestAlertDto,
} from './dto/alert.dto.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  @Get()
  @ApiOperation({ summary: 'What was told to the webhook, or is to be, newest first' })
  @ApiAnswers(
    { schema: alertListSchema, description: 'A page of alerts.', example: alertListExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: listAlertsQuerySchema }) query: ListAlertsQuery): Promise<AlertListDto> {
    return this.alerts.list(query);
  }

  @Post('test')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send the webhook an alert about nothing',
    description: 'It takes the way of the others.',
  })
  @ApiAnswers(
    {
      schema: testAlertSchema,
      description: 'The alert, which is not sent yet.',
      example: testAlertExample,
      status: 202,
    },
    401,
    403,
    409,
    503,
  )
  test(@CurrentAuthor() author: Author): Promise<TestAlertDto> {
    return this.alerts.test(author);
  }
}
