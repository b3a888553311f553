import {
  Catch,
  HttpException,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorKind } from '../errors/domain-error.js';
import type { ErrorBody } from './error-body.js';
import { traceIdOf } from './traced-requests.js';

const statusOf: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
};

/** What Fastify refuses by itself. Nest passes on the status alone, and only a body can be at fault by then. */
const bodyErrors: Readonly<Record<number, [code: string, message: string]>> = {
  400: ['invalid_body', 'The body is not valid JSON'],
  413: ['body_too_large', 'The body is too large'],
  415: ['unsupported_media_type', 'The body must be application/json'],
};

/** Of Fastify: it cannot be decoded, or a part of it is longer than any id. */
const urlErrors = new Set<string | undefined>(['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH']);

/** Turns everything thrown into the one error form. Unknown errors are logged whole and told as "internal". */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendError(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body, retryAfterSeconds } = answerOf(thrown, request);
  // A refusal that has no cause is meant, and under load there are thousands of them.
  if (isRefusal(thrown)) request.log.debug({ code: body.code, trace_id: body.trace_id }, 'request refused');
  else if (status >= 500)
    request.log.error({ err: thrown, code: body.code, trace_id: body.trace_id }, 'request failed');
  request.errorCode = body.code;
  if (reply.sent) return;
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  void reply
    .header('X-Request-Id', request.id)
    .status(status)
    .type('application/json; charset=utf-8')
    .send(body);
}

const isRefusal = (thrown: unknown) =>
  thrown instanceof DomainError && thrown.kind === 'unavailable' && thrown.cause === undefined;

/** What is told of an error, whoever sends it. */
export function answerOf(thrown: unknown, request: Asked) {
  const { status, message, code, field, retryAfterSeconds } = toTold(thrown, request);
  const traceId = traceIdOf(request);
  const body: ErrorBody = {
    error: message,
    code,
    ...(field === undefined ? {} : { field }),
    request_id: request.id,
    ...(traceId === undefined ? {} : { trace_id: traceId }),
  };
  return { status, retryAfterSeconds, body };
}

type Asked = Pick<FastifyRequest, 'id' | 'method' | 'url' | 'span'>;

interface Told {
  status: number;
  code: string;
  message: string;
  field?: string | undefined;
  retryAfterSeconds?: number | undefined;
}

function toTold(thrown: unknown, request: Asked): Told {
  if (thrown instanceof DomainError)
    return {
      status: statusOf[thrown.kind],
      code: thrown.code,
      message: thrown.message,
      field: thrown.field,
      retryAfterSeconds: thrown.retryAfterSeconds,
    };
  if (thrown instanceof NotFoundException)
    return { status: 404, code: 'route_not_found', message: `No route ${request.method} ${pathOf(request)}` };
  if (thrown instanceof HttpException) {
    const status = thrown.getStatus();
    const [code, message] = bodyErrors[status] ?? [];
    if (code !== undefined && message !== undefined) return { status, code, message };
  }
  if (urlErrors.has((thrown as { code?: string } | null)?.code))
    return { status: 400, code: 'invalid_url', message: 'The URL is not valid' };
  return { status: 500, code: 'internal_error', message: 'Internal server error' };
}

/** Without the query: it may carry a token. Bounded: it is echoed. */
export const pathOf = (request: Pick<FastifyRequest, 'url'>) =>
  (request.url.split('?', 1)[0] ?? '').slice(0, 200);
