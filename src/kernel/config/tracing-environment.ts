import { z } from 'zod';
import { flag, urlWith } from './environment-values.js';

const otlpProtocol = z.enum(['http/protobuf', 'http/json']);

/** OpenTelemetry's own names. What else begins with OTEL_ is read by its libraries. */
export const tracingEnvironment = {
  OTEL_SDK_DISABLED: flag.default(false),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlWith('http:', 'https:').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: urlWith('http:', 'https:').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol.default('http/protobuf'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol.optional(),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .optional(),
};

type TracingEnvironment = z.infer<z.ZodObject<typeof tracingEnvironment>>;

/** Off unless there is somebody to send to. */
export const toTracing = (env: TracingEnvironment) => ({
  isOn:
    !env.OTEL_SDK_DISABLED &&
    env.OTEL_TRACES_EXPORTER === 'otlp' &&
    (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined,
  protocol: env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL,
});
