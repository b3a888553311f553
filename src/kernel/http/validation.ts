import { StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { DomainError } from '../errors/domain-error.js';

interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
  /** Set by zod when a strict object has fields that it does not know. */
  readonly keys?: readonly string[];
}

/** Checks each parameter against the zod schema in its decorator; the first problem is told with its field. */
export const validationPipe = () =>
  new StandardSchemaValidationPipe({
    exceptionFactory: (issues: readonly Issue[]) => toValidationError(issues),
  });

export function toValidationError([issue]: readonly Issue[]): DomainError {
  const [unknownKey] = issue?.keys ?? [];
  if (unknownKey !== undefined)
    return validationError(unknownKey.slice(0, 100), 'is not a parameter of this route');
  const field = (issue?.path ?? [])
    .map((segment) => String(typeof segment === 'object' ? segment.key : segment))
    .join('.');
  return validationError(field === '' ? 'body' : field, issue?.message ?? 'is not valid');
}

/** The old API's form: `Validation error: <field>: <message>`. */
export const validationError = (field: string, message: string) =>
  new DomainError('invalid', 'validation_error', `Validation error: ${field}: ${message}`, { field });

/** A whole number in a query string, with its bounds in the message. */
export const queryInteger = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string(message)
    .refine((text) => /^-?\d{1,16}$/.test(text), message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .meta({ type: 'integer', minimum: min, maximum: max });
};

/** `true` or `false` in a query string. */
export const queryBoolean = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((value) => value === 'true');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Any UUID, whatever its version: the ids are foreign. Lower case, as PostgreSQL writes it. */
export const uuidSchema = z
  .string('must be a UUID')
  .refine((text) => UUID.test(text), 'must be a UUID')
  .transform((value) => value.toLowerCase())
  .meta({ format: 'uuid' });

/** RFC 3339 in UTC, up to microseconds. */
export const timestampSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/)
  .meta({ format: 'date-time', example: '2026-01-02T03:04:05.123456Z' });

/** The `:id` of a route. */
export const idParamSchema = z.object({ id: uuidSchema });
export type IdParam = z.output<typeof idParamSchema>;
