import { Global, Module } from '@nestjs/common';
import { Shadow } from './shadow.js';
import { ShadowRepository } from './shadow.repository.js';

@Global()
@Module({ providers: [ShadowRepository, Shadow], exports: [Shadow] })
export class ShadowModule {}
