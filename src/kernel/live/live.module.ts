import { Global, Module } from '@nestjs/common';
import { LiveStreams } from './live-streams.js';
import { Upgrades } from './upgrades.js';

@Global()
@Module({ providers: [LiveStreams, Upgrades], exports: [LiveStreams, Upgrades] })
export class LiveModule {}
