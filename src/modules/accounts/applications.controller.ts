import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { ChangesTenant } from '../../kernel/cache/tenant-changes.js';
import { CurrentClient, type Client } from '../../kernel/http/client.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import { idParamSchema, type IdParam } from '../../kernel/http/validation.js';
import { ApplicationsService } from './applications.service.js';
import {
  applicationExample,
  applicationListExample,
  applicationListSchema,
  applicationSchema,
  createApplicationBodySchema,
  updateApplicationBodySchema,
  type ApplicationDto,
  type ApplicationListDto,
  type CreateApplicationBody,
  type UpdateApplicationBody,
} from './dto/application.dto.js';

const application = {
  schema: applicationSchema,
  description: 'The application.',
  example: applicationExample,
};

@ApiTags('applications')
@ApiBearerAuth()
@ChangesTenant()
@Controller('applications')
export class ApplicationsController {
  constructor(private readonly applications: ApplicationsService) {}

  @Get()
  @ApiOperation({ summary: "All of the caller's applications, newest first" })
  @ApiAnswers(
    { schema: applicationListSchema, description: 'The applications.', example: applicationListExample },
    401,
    503,
  )
  list(@CurrentUser() { userId }: AuthUser): Promise<ApplicationListDto> {
    return this.applications.list(userId);
  }

  @Post()
  @ApiOperation({ summary: "Add an application, as many as the user's tier allows (else 403)" })
  @ApiAnswers({ ...application, status: 201 }, 400, 401, 403, 503)
  create(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Body({ schema: createApplicationBodySchema }) body: CreateApplicationBody,
  ): Promise<ApplicationDto> {
    return this.applications.create({ userId, client }, body);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One application' })
  @ApiAnswers(application, 400, 401, 404, 503)
  find(
    @CurrentUser() { userId }: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<ApplicationDto> {
    return this.applications.find(userId, id);
  }

  @Put(':id')
  @ApiOperation({ summary: 'Change what is sent of an application' })
  @ApiAnswers(application, 400, 401, 404, 503)
  update(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: updateApplicationBodySchema }) body: UpdateApplicationBody,
  ): Promise<ApplicationDto> {
    return this.applications.update({ userId, client }, id, body);
  }

  @Post(':id/regenerate-key')
  @HttpCode(200)
  @ApiOperation({ summary: "Replace the application's key; the old one is no longer valid" })
  @ApiAnswers(application, 400, 401, 404, 503)
  regenerateKey(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<ApplicationDto> {
    return this.applications.regenerateKey({ userId, client }, id);
  }
}
