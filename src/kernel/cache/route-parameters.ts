import type { Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { currentUserOf } from '../auth/auth-user.js';

/** Schemas of a handler's parameters, by where they come from. */
export interface RouteSchemas {
  readonly params?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
}

/** What the handler will be given. */
export interface Parameters {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}

interface RouteArgument {
  readonly schema?: z.ZodType;
  /** Of a decorator that is not Nest's own. */
  readonly factory?: unknown;
}

const sources: Readonly<Record<number, keyof RouteSchemas>> = {
  [RouteParamtypes.PARAM]: 'params',
  [RouteParamtypes.QUERY]: 'query',
};

/**
 * Of what `@Param` and `@Query` of a handler check. Whatever else a handler looks at, an answer may depend on it and its key
 * would not: then it throws.
 */
export function schemasOf(controller: Type, handler: string): RouteSchemas {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
    string,
    RouteArgument
  >;
  const schemas: { -readonly [Source in keyof RouteSchemas]: RouteSchemas[Source] } = {};
  for (const [type, { schema, factory }] of Object.entries(args)) {
    if (factory === currentUserOf) continue;
    const source = sources[Number(type.split(':')[0])];
    if (source === undefined || schema === undefined || schemas[source] !== undefined)
      throw new Error(`${controller.name}.${handler} cannot be cached: its answer may depend on ${type}`);
    schemas[source] = schema;
  }
  return schemas;
}

/** Parameters as the handler gets them, so that their order, their spelling and their defaults make no difference; else undefined. */
export function parametersOf(schemas: RouteSchemas, request: FastifyRequest): Parameters | undefined {
  const params = parse(schemas.params, request.params);
  const query = parse(schemas.query, request.query);
  return params && query && { params, query };
}

function parse(schema: z.ZodType | undefined, value: unknown): Parameters['query'] | undefined {
  if (schema === undefined) return {};
  const { success, data } = schema.safeParse(value);
  return success ? (data as Parameters['query']) : undefined;
}

/** The same text for the same values, in whatever order they were put together. */
export const canonical = ({ params, query }: Parameters): string =>
  JSON.stringify([sorted(params), sorted(query)]);

const sorted = (values: Parameters['query']) => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
