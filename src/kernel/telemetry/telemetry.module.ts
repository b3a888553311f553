import { Global, Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { RequestRecorder } from './requests/request-recorder.js';

@Global()
@Module({
  controllers: [MetricsController],
  providers: [Metrics, RequestRecorder],
  exports: [Metrics, RequestRecorder],
})
export class TelemetryModule {}
