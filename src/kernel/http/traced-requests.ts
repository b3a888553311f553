import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tracer } from '../telemetry/tracing.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where requests are traced. */
    span?: Span;
  }
}

/**
 * A span for each request, below that of the caller who sends a traceparent. It has the route's template and no more of the
 * URL: paths have ids, and queries may have tokens.
 */
export function traceRequests(
  fastify: FastifyInstance,
  isLeftOut: (request: FastifyRequest) => boolean,
): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!isLeftOut(request)) request.span = begin(request);
    done();
  });
  // The last hook before the handler: the events of a body lose what was set before them.
  fastify.addHook('preHandler', ({ span }, _reply, done) => {
    if (span === undefined) done();
    else context.with(trace.setSpan(context.active(), span), done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    endSpan(request, reply);
    done();
  });
}

function begin(request: FastifyRequest): Span {
  const { method, headers, protocol } = request;
  const route = request.routeOptions.url;
  return tracer.startSpan(
    route === undefined ? method : `${method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': method,
        'url.scheme': protocol,
        'ethhook.request_id': request.id,
        ...(route === undefined ? {} : { 'http.route': route }),
      },
    },
    propagation.extract(ROOT_CONTEXT, headers),
  );
}

/** Also of a request whose answer goes on as a stream: hours later nobody looks for it. */
export function endSpan({ span, user }: FastifyRequest, { statusCode }: FastifyReply): void {
  if (span === undefined || !span.isRecording()) return;
  span.setAttribute('http.response.status_code', statusCode);
  if (user !== undefined) span.setAttribute('user.id', user.userId);
  if (statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** For logs and errors; undefined where requests are not traced. */
export const traceIdOf = ({ span }: Pick<FastifyRequest, 'span'>) => span?.spanContext().traceId;
