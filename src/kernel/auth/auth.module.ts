import { createSecretKey } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { AuthGuard } from './auth.guard.js';
import { Tokens } from './tokens.js';

@Global()
@Module({
  imports: [
    JwtModule.registerAsync({
      inject: [APP_CONFIG],
      // Given a text, jsonwebtoken tries to read it as a public key first, at each token: 0.3 ms.
      useFactory: ({ auth }: AppConfig) => ({ secret: createSecretKey(Buffer.from(auth.jwtSecret)) }),
    }),
  ],
  providers: [Tokens, { provide: APP_GUARD, useClass: AuthGuard }],
  exports: [Tokens],
})
export class AuthModule {}
