import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';

// Without a provider these do nothing, and nothing is loaded for them.
export const tracer = trace.getTracer('ethhook-admin');

interface Part {
  readonly name: string;
  /** No values of statements, no secrets. */
  readonly attributes: Attributes;
  /** What is kept of an error: its text may hold values. */
  readonly codeOf: (error: unknown) => string;
}

/** Of the span that is being worked on. One that has ended counts no more: loops that a request has started outlive it. */
export function activeTrace(): { trace_id: string; span_id: string } | undefined {
  const span = trace.getActiveSpan();
  if (span === undefined || !span.isRecording()) return undefined;
  const { traceId, spanId } = span.spanContext();
  return { trace_id: traceId, span_id: spanId };
}

/**
 * A part of what is traced: a span of its own within the active one. Where there is none it is only run: the background
 * asks all the time, and would be a trace each time.
 */
export function inSpan<T>({ name, attributes, codeOf }: Part, run: () => Promise<T>): Promise<T> {
  if (trace.getActiveSpan()?.isRecording() !== true) return run();
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes });
  return context.with(trace.setSpan(context.active(), span), () => ending(span, codeOf, run));
}

/** A trace of its own, of work that nobody has asked for over HTTP. */
export function inRootSpan<T>({ name, attributes, codeOf }: Part, run: () => Promise<T>): Promise<T> {
  const span = tracer.startSpan(name, { root: true, attributes });
  return context.with(trace.setSpan(context.active(), span), () => ending(span, codeOf, run));
}

async function ending<T>(span: Span, codeOf: Part['codeOf'], run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    span.setAttribute('error.type', codeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
