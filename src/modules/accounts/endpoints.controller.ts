import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { ChangesTenant } from '../../kernel/cache/tenant-changes.js';
import { CurrentClient, type Client } from '../../kernel/http/client.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import { idParamSchema, type IdParam } from '../../kernel/http/validation.js';
import {
  createEndpointBodySchema,
  updateEndpointBodySchema,
  type CreateEndpointBody,
  type UpdateEndpointBody,
} from './dto/endpoint-bodies.dto.js';
import {
  endpointExample,
  endpointListExample,
  endpointListSchema,
  endpointSchema,
  type EndpointDto,
  type EndpointListDto,
} from './dto/endpoint.dto.js';
import { EndpointsService } from './endpoints.service.js';

const endpoint = { schema: endpointSchema, description: 'The endpoint.', example: endpointExample };
const list = { schema: endpointListSchema, description: 'The endpoints.', example: endpointListExample };

@ApiTags('endpoints')
@ApiBearerAuth()
@ChangesTenant()
@Controller()
export class EndpointsController {
  constructor(private readonly endpoints: EndpointsService) {}

  @Get('endpoints')
  @ApiOperation({ summary: "All of the caller's endpoints, newest first" })
  @ApiAnswers(list, 401, 503)
  list(@CurrentUser() { userId }: AuthUser): Promise<EndpointListDto> {
    return this.endpoints.list(userId);
  }

  @Get('applications/:id/endpoints')
  @ApiOperation({ summary: 'The endpoints of an application, newest first' })
  @ApiAnswers(list, 400, 401, 404, 503)
  listOfApplication(
    @CurrentUser() { userId }: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<EndpointListDto> {
    return this.endpoints.listOfApplication(userId, id);
  }

  @Post('endpoints')
  @ApiOperation({
    summary: "Add an endpoint to an application, as many as the user's tier allows (else 403)",
  })
  @ApiAnswers({ ...endpoint, status: 201 }, 400, 401, 403, 404, 503)
  create(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Body({ schema: createEndpointBodySchema }) body: CreateEndpointBody,
  ): Promise<EndpointDto> {
    return this.endpoints.create({ userId, client }, body);
  }

  @Get('endpoints/:id')
  @ApiOperation({ summary: 'One endpoint' })
  @ApiAnswers(endpoint, 400, 401, 404, 503)
  find(
    @CurrentUser() { userId }: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<EndpointDto> {
    return this.endpoints.find(userId, id);
  }

  @Put('endpoints/:id')
  @ApiOperation({ summary: 'Change what is sent of an endpoint' })
  @ApiAnswers(endpoint, 400, 401, 404, 503)
  update(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: updateEndpointBodySchema }) body: UpdateEndpointBody,
  ): Promise<EndpointDto> {
    return this.endpoints.update({ userId, client }, id, body);
  }

  @Post('endpoints/:id/regenerate-secret')
  @HttpCode(200)
  @ApiOperation({ summary: 'Replace the secret that signs the webhooks of an endpoint' })
  @ApiAnswers(endpoint, 400, 401, 404, 503)
  regenerateSecret(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<EndpointDto> {
    return this.endpoints.regenerateSecret({ userId, client }, id);
  }
}
