import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import { AccountsService } from './accounts.service.js';
import {
  loginBodySchema,
  sessionExample,
  sessionSchema,
  type LoginBody,
  type SessionDto,
} from './dto/login.dto.js';

@ApiTags('accounts')
@Controller('auth')
export class AuthController {
  constructor(private readonly accounts: AccountsService) {}

  @Post('login')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in with e-mail and password' })
  @ApiAnswers(
    { schema: sessionSchema, description: 'The user and a token.', example: sessionExample },
    400,
    401,
    429,
    503,
  )
  login(@Body({ schema: loginBodySchema }) body: LoginBody, @Ip() ip: string): Promise<SessionDto> {
    return this.accounts.login(body, ip);
  }
}
