import type { IncomingHttpHeaders } from 'node:http';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import helmet from 'helmet';
import { CACHE_HEADERS } from '../cache/cache-headers.js';
import type { AppConfig } from '../config/config.js';
import { LoadShedder } from '../protection/load-shedder.js';
import { RATE_LIMIT_HEADERS } from '../protection/rate-limit.guards.js';
import { NestLogger, type Logger } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { recordRequests } from '../telemetry/requests/record-requests.js';
import { RequestRecorder } from '../telemetry/requests/request-recorder.js';
import { CallerPlaces } from '../database/replicas/caller-places.js';
import { BASE_PATH } from './base-path.js';
import { ErrorFilter, pathOf, sendError } from './error.filter.js';
import { revalidateAnswers } from './etag.js';
import { serveOpenApi } from './openapi.js';
import { READ_AFTER_HEADER, ReadAfterInterceptor } from './read-after.interceptor.js';
import { isProbe } from './probes.js';
import { requestIdOf } from './request-id.js';
import { traceIdOf, traceRequests } from './traced-requests.js';
import { TRUST_HEADERS, TrustInterceptor } from './trust.interceptor.js';
import { validationPipe } from './validation.js';

/** The HTTP side of the server: base path, headers, limits, request ids, access log, errors, documentation. */
export async function createHttpApplication(
  rootModule: Type | { module: Type },
  config: AppConfig,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(rootModule as Type, adapter(config, logger), {
    logger: new NestLogger(logger),
    abortOnError: false,
    // Fastify's own JSON parser; Nest would add one for HTML forms, which this API does not take.
    bodyParser: false,
  });
  app.setGlobalPrefix(BASE_PATH);
  app.useGlobalFilters(new ErrorFilter());
  app.useGlobalPipes(validationPipe());
  app.useGlobalInterceptors(new ReadAfterInterceptor(config, app.get(CallerPlaces)), new TrustInterceptor());
  app.enableCors({
    origin: config.http.corsAllowedOrigins.includes('*') ? '*' : [...config.http.corsAllowedOrigins],
    methods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
    allowedHeaders: [
      'Authorization',
      'X-API-Key',
      'Content-Type',
      'X-Request-Id',
      'If-None-Match',
      'Last-Event-ID',
      'Cache-Control',
      READ_AFTER_HEADER,
    ],
    exposedHeaders: [
      'X-Request-Id',
      'Retry-After',
      'ETag',
      READ_AFTER_HEADER,
      ...RATE_LIMIT_HEADERS,
      ...Object.values(TRUST_HEADERS),
      ...Object.values(CACHE_HEADERS),
    ],
    maxAge: 600,
  });
  secureAnswers(app.getHttpAdapter().getInstance());
  // After what sets headers: a browser of another origin is to see why it was refused.
  const { maxInFlight, maxEventLoopDelayMs } = config.protection;
  const shedder = new LoadShedder({ maxInFlight, maxDelayMs: maxEventLoopDelayMs }, isProbe);
  await app.register(shedder.plugin);
  shedder.register(app.get(Metrics));
  recordRequests(app.getHttpAdapter().getInstance(), app.get(RequestRecorder));
  serveOpenApi(app);
  return app;
}

function adapter(config: AppConfig, logger: Logger): FastifyAdapter {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: config.http.bodyLimitBytes,
    trustProxy: (_address: string, hop: number) => hop < config.http.trustProxyHops,
    requestIdHeader: false,
    genReqId: ({ headers }: { headers: IncomingHttpHeaders }) => requestIdOf(headers),
    // Probes and scrapers ask at the root, the old API answered below its base path.
    rewriteUrl: ({ url = '/' }) =>
      /^\/(?:health(?:$|[/?])|metrics(?:$|\?))/.test(url) ? BASE_PATH + url : url,
    routerOptions: { maxParamLength: 200 },
    // Finish what is in flight, refuse what comes after, drop idle keep-alive connections.
    forceCloseConnections: 'idle',
    frameworkErrors: sendError,
    requestTimeout: 30_000,
  });
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  takeEmptyBodies(fastify);
  if (config.tracing.isOn) traceRequests(fastify, isProbe);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
  closeConnectionsWhenClosing(fastify);
  revalidateAnswers(fastify, isProbe);
  fastify.addHook('onResponse', (request, reply, done) => {
    logRequest(request, reply);
    done();
  });
  return adapter;
}

// @fastify/helmet works these headers out anew at each request, a tenth of the time of a trivial one.
function secureAnswers(fastify: FastifyInstance): void {
  const setHeaders = helmet({ contentSecurityPolicy: docsPolicy });
  fastify.addHook('onRequest', (request, reply, done) => setHeaders(request.raw, reply.raw, () => done()));
}

// EthHook's UI sends `Content-Type: application/json` with every request, also with a DELETE without a body. Where a body
// is needed, its schema refuses the empty one.
function takeEmptyBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body as string, done);
  });
}

// A keep-alive connection that is busy when the server closes would hold it open after its answer.
function closeConnectionsWhenClosing(fastify: FastifyInstance): void {
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('Connection', 'close');
    done(null, payload);
  });
}

function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const path = pathOf(request);
  // Probes ask every few seconds, for ever; and who is refused by the thousand is counted.
  const isRefused = reply.statusCode === 429 || request.isShed === true;
  const level = isProbe(request) || isRefused ? 'debug' : 'info';
  request.log[level](
    {
      method: request.method,
      path,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 100) / 100,
      ip: request.ip,
      user_id: request.user?.userId,
      trace_id: traceIdOf(request),
    },
    'request',
  );
}

// The documentation page has inline styles and a data: logo; scripts come from this server only.
const docsPolicy = {
  directives: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    scriptSrc: ["'self'", "'unsafe-inline'"],
    // The console is often reached over plain HTTP inside a private network.
    upgradeInsecureRequests: null,
  },
};
