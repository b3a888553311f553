import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import { AuditLogsService } from './audit-logs.service.js';
import { auditLogExample, auditLogSchema, type AuditLogDto } from './dto/audit-entry.dto.js';
import { listAuditLogsQuerySchema, type ListAuditLogsQuery } from './dto/list-audit-logs.query.js';

@ApiTags('accounts')
@ApiBearerAuth()
@Controller('audit-logs')
export class AuditLogsController {
  constructor(private readonly auditLogs: AuditLogsService) {}

  @Get()
  @ApiOperation({ summary: 'What the caller has changed, newest first' })
  @ApiAnswers(
    { schema: auditLogSchema, description: 'A page of the audit log.', example: auditLogExample },
    400,
    401,
    503,
  )
  list(
    @CurrentUser() { userId }: AuthUser,
    @Query({ schema: listAuditLogsQuerySchema }) query: ListAuditLogsQuery,
  ): Promise<AuditLogDto> {
    return this.auditLogs.list(userId, query);
  }
}
