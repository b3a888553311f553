import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../kernel/auth/auth-user.js';
import { CurrentClient, type Client } from '../../kernel/http/client.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import { AuthService } from './auth.service.js';
import {
  loginBodySchema,
  sessionExample,
  sessionSchema,
  type LoginBody,
  type SessionDto,
} from './dto/login.dto.js';
import { registerBodySchema, type RegisterBody } from './dto/register.dto.js';

const session = { schema: sessionSchema, description: 'The user and a token.', example: sessionExample };

@ApiTags('accounts')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('register')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'Open an account in the free tier, and log in' })
  @ApiAnswers(session, 400, 429, 503)
  register(
    @Body({ schema: registerBodySchema }) body: RegisterBody,
    @Ip() ip: string,
    @CurrentClient() client: Client,
  ): Promise<SessionDto> {
    return this.auth.register(body, ip, client);
  }

  @Post('login')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in with e-mail and password' })
  @ApiAnswers(session, 400, 401, 429, 503)
  login(
    @Body({ schema: loginBodySchema }) body: LoginBody,
    @Ip() ip: string,
    @CurrentClient() client: Client,
  ): Promise<SessionDto> {
    return this.auth.login(body, ip, client);
  }
}
