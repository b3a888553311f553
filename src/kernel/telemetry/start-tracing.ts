import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Logger } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { DomainError } from '../errors/domain-error.js';
import { TaskErrors } from '../tasks/task-errors.js';

const SERVICE_NAME = 'ethhook-admin';

/** Sends what is left, as far as its receiver takes it. */
export type StopTracing = () => Promise<void>;

/**
 * Spans go to the receiver of the standard OTEL_… variables, in batches behind the requests; a receiver that is away costs
 * its spans, and nothing else. Where none is named nothing of it is loaded.
 */
export async function startTracing({ tracing }: Pick<AppConfig, 'tracing'>): Promise<StopTracing | null> {
  if (!tracing.isOn) return null;
  const [
    { BatchSpanProcessor, NodeTracerProvider },
    { detectResources, envDetector, resourceFromAttributes },
  ] = await Promise.all([import('@opentelemetry/sdk-trace-node'), import('@opentelemetry/resources')]);
  const { OTLPTraceExporter } =
    tracing.protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  sayTroubleSeldom();
  // Endpoint, headers, sampler, batches and limits: all of them read their variables by themselves.
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE_NAME }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return () => provider.shutdown();
}

// What the libraries say names the receiver, whose URL may hold a secret.
function sayTroubleSeldom(): void {
  const errors = new TaskErrors(new Logger('Traces'));
  const lost = new DomainError(
    'unavailable',
    'traces_not_exported',
    'traces could not be sent to their receiver',
  );
  const report = () => void errors.report(lost);
  const ignore = () => undefined;
  diag.setLogger(
    { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
