import { Global, Module } from '@nestjs/common';
import { HealthComponents } from '../health/health-components.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { RequestRecorder } from './requests/request-recorder.js';

/** What every part of the server, and of its command lines, tells of itself. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [HealthComponents, Metrics, RequestRecorder],
  exports: [HealthComponents, Metrics, RequestRecorder],
})
export class TelemetryModule {}
