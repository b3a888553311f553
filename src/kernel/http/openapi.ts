import { applyDecorators, type INestApplication } from '@nestjs/common';
import {
  ApiResponse,
  DocumentBuilder,
  SwaggerModule,
  type ApiResponseOptions,
  type OpenAPIObject,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { CACHE_HEADERS } from '../cache/cache-headers.js';
import { errorBodySchema } from './error-body.js';
import { TRUST_HEADERS } from './trust.interceptor.js';

const errorTexts = {
  400: [
    'A field is wrong; `field` names it.',
    'Validation error: limit: must be a whole number from 1 to 100',
    'validation_error',
  ],
  401: ['No token, or one that is not valid any more.', 'Invalid or expired token', 'invalid_token'],
  403: ['Not allowed for this user.', 'Administrators only', 'admin_only'],
  404: ['Not there, or not yours.', 'Event not found', 'event_not_found'],
  409: ['Not now; `code` says why.', 'vacuum is queued or running already: run 4711', 'job_running'],
  429: [
    'Too many attempts; Retry-After says when to come back.',
    'Too many failed logins',
    'too_many_logins',
  ],
  503: [
    'A dependency is away; Retry-After says when to come back.',
    'The database is not available',
    'database_unavailable',
  ],
} as const;

type ErrorStatus = keyof typeof errorTexts;

/** Every route whose figures have a moment is cached. */
const trustHeaders: NonNullable<ApiResponseOptions['headers']> = {
  [TRUST_HEADERS.asOf]: {
    description: 'The moment whose figures these are, RFC 3339 in UTC with microseconds.',
    schema: { type: 'string', format: 'date-time' },
  },
  [TRUST_HEADERS.exact]: {
    description: 'false where a figure is a bound or an estimate.',
    schema: { type: 'boolean' },
  },
  [TRUST_HEADERS.source]: {
    description:
      'live: all rows up to that moment; rollups: those of the last fold; original: counted row by row by the old SQL.',
    schema: { type: 'string', enum: ['live', 'rollups', 'original'] },
  },
  [CACHE_HEADERS.outcome]: {
    description:
      'hit: it was read before; miss: read now; stale: read before, and now again for who comes next; bypass: read now, ' +
      'since it was asked for. Absent where nothing is cached.',
    schema: { type: 'string', enum: ['hit', 'miss', 'stale', 'bypass'] },
  },
  [CACHE_HEADERS.age]: {
    description: 'Seconds since it was read.',
    schema: { type: 'integer' },
  },
};

interface Success {
  schema: z.ZodType;
  description: string;
  example: unknown;
  /** 200 without it. */
  status?: 200 | 201 | 202;
  /** Headers of the answer, with what they say. */
  headers?: Readonly<Record<string, string>>;
  /** The route answers with a Trusted: its headers are documented. */
  trusted?: boolean;
}

/** Documents a route: its success (schema and example) and each error it can answer with. */
export function ApiAnswers(success: Success, ...errors: ErrorStatus[]) {
  const { schema, trusted = false, status = 200, headers = {}, ...rest } = success;
  const documented = { ...textHeaders(headers), ...(trusted ? trustHeaders : {}) };
  return applyDecorators(
    ApiResponse({
      status,
      standardSchema: schema,
      ...rest,
      ...(Object.keys(documented).length === 0 ? {} : { headers: documented }),
    }),
    ApiErrors(...errors),
  );
}

/** Documents a success that has no body. */
export const ApiNoContent = (p: { description: string; headers: Record<string, string> }) =>
  ApiResponse({
    status: 204,
    description: p.description,
    headers: textHeaders(p.headers),
  });

const textHeaders = (headers: Readonly<Record<string, string>>): NonNullable<ApiResponseOptions['headers']> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

/** Documents the errors of a route, in their one form. */
export const ApiErrors = (...errors: ErrorStatus[]) =>
  applyDecorators(
    ...errors.map((status) => {
      const [description, error, code] = errorTexts[status];
      return ApiResponse({
        status,
        standardSchema: errorBodySchema,
        description,
        example: { error, code, request_id: '0b6f6d1e-6d3c-4c1b-9a54-0f0f0f0f0f0f' },
      });
    }),
  );

export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('EthHook Admin API')
    .setDescription(
      'Statistics, events and accounts of EthHook, for its admin UI, its scripts and its operators.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: "An application's API key." },
      'api_key',
    )
    .build();
  return SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
}

/** Serves the document at /docs (page) and /docs/openapi.json. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'EthHook Admin API',
  });
}
