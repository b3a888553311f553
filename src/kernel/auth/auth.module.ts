import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AuthGuard } from './auth.guard.js';
import { Tokens } from './tokens.js';

@Global()
@Module({
  imports: [JwtModule.register({})],
  providers: [Tokens, { provide: APP_GUARD, useClass: AuthGuard }],
  exports: [Tokens],
})
export class AuthModule {}
