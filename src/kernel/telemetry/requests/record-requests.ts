import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CACHE_HEADERS } from '../../cache/cache-headers.js';
import { RequestCost, requestCost } from './request-cost.js';
import { NO_ENDPOINT, NOBODY, type RecordedRequest } from './request-minute.js';
import type { RequestRecorder } from './request-recorder.js';

/** Of all paths that no route is for. */
export const UNKNOWN_ROUTE = 'unknown';
const OTHER_METHOD = 'other';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const OF_ENDPOINT = /\/endpoints\/:id(?:\/|$)/;

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the error that it was answered with. */
    errorCode?: string;
    cost?: RequestCost;
    isStream?: boolean;
    /** What goes on is a stream: it is recorded now, and how long it lasts is no latency. */
    becomeStream?: () => void;
  }
}

/** Records each request when it has been answered, with what it took of the database. */
export function recordRequests(fastify: FastifyInstance, recorder: RequestRecorder): void {
  const record = (request: FastifyRequest, reply: FastifyReply) =>
    recorder.record(recordedOf(request, reply), reply.elapsedTime, request.cost);
  // After the body has come: its events know nothing of the request. Before all that runs statements.
  fastify.addHook('preValidation', (request, reply, done) => {
    request.becomeStream = () => {
      request.isStream = true;
      record(request, reply);
      request.cost?.end();
    };
    request.cost = new RequestCost();
    requestCost.run(request.cost, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (request.isStream !== true) record(request, reply);
    done();
  });
  fastify.addHook('onClose', () => recorder.stop());
}

function recordedOf(request: FastifyRequest, reply: FastifyReply): RecordedRequest {
  const { statusCode: status } = reply;
  const route = request.routeOptions.url ?? UNKNOWN_ROUTE;
  const isRefusal = request.cost === undefined || status === 429;
  return {
    route,
    method: METHODS.has(request.method) ? request.method : OTHER_METHOD,
    status,
    ms: isRefusal || request.isStream === true ? null : reply.elapsedTime,
    isTimeout: status === 504 || request.errorCode === 'statement_timeout',
    cache: reply.getHeader(CACHE_HEADERS.outcome) as string | undefined,
    userId: request.user?.userId ?? NOBODY,
    endpointId: endpointOf(route, status, request.params),
    bytes: request.method === 'HEAD' ? 0 : Number(reply.getHeader('content-length') ?? 0),
  };
}

/** One that is not there, or another's, is no endpoint of the tenant. */
function endpointOf(route: string, status: number, params: unknown): string {
  if (status >= 400 || !OF_ENDPOINT.test(route)) return NO_ENDPOINT;
  const { id } = params as { id?: string };
  return id !== undefined && UUID.test(id) ? id.toLowerCase() : NO_ENDPOINT;
}
