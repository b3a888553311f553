import type { Random } from '../../src/demo/random.js';
import type { ApiRoute } from './openapi-routes.js';

/** What a parameter may be given instead of what it is for. */
const texts: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'NaN',
  '9223372036854775808',
  '2147483648',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u200b',
  'é'.repeat(300),
  '😀'.repeat(100),
  "'",
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  '1); SELECT pg_sleep(20); --',
  "' UNION SELECT password_hash FROM users --",
  '$1',
  '${jndi:ldap://127.0.0.1/a}',
  '../../../../etc/passwd',
  '%00',
  '%',
  '\\',
  'a\r\nX-Injected: 1',
  'a\n{"level":60,"msg":"forged"}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '2026-02-30',
  '2026-01-01T00:00:00Z',
  '-infinity',
  '0x',
  `0x${'f'.repeat(64)}`,
  '00000000-0000-0000-0000-000000000000',
  'A'.repeat(4000),
];

export interface HostileRequest {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** A request of the route's form, or nearly: most parameters are left as they should be, so that the others are reached. */
export function hostileRequest(random: Random, route: ApiRoute, knownIds: readonly string[]): HostileRequest {
  const path = route.path.replace(/\{\w+\}/, () =>
    encoded(random.chance(0.6) ? random.pick(knownIds) : text(random)),
  );
  const query = route.parameters
    .filter(({ in: place }) => place === 'query')
    .filter(() => random.chance(0.25))
    .flatMap(({ name }) =>
      Array.from({ length: random.chance(0.1) ? 2 : 1 }, () => `${name}=${encoded(value(random, knownIds))}`),
    );
  if (random.chance(0.05)) query.push(`${encoded(text(random))}=${encoded(text(random))}`);
  const body = route.example === undefined ? undefined : hostileBody(random, route.example, knownIds);
  return {
    method: route.method,
    path: path + (query.length > 0 ? `?${query.join('&')}` : ''),
    headers: hostileHeaders(random, body !== undefined),
    body,
  };
}

const text = (random: Random) => random.pick(texts);
const value = (random: Random, knownIds: readonly string[]) =>
  random.chance(0.3)
    ? random.pick(knownIds)
    : random.chance(0.3)
      ? String(random.integer(0, 100))
      : text(random);
/** Half a surrogate pair as the bytes that a careless client makes of it. */
const encoded = (raw: string) => raw.split('\ud800').map(encodeURIComponent).join('%ED%A0%80');

/** What HTTP lets through at all; the rest cannot be sent. */
const headerText = (random: Random) =>
  text(random)
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 1000);

function hostileHeaders(random: Random, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = hasBody ? { 'content-type': 'application/json' } : {};
  if (random.chance(0.03))
    headers['content-type'] = random.pick([
      'text/plain',
      'application/xml',
      'multipart/form-data',
      headerText(random),
    ]);
  for (const name of [
    'x-request-id',
    'user-agent',
    'if-none-match',
    'x-forwarded-for',
    'last-event-id',
    'origin',
  ])
    if (random.chance(0.05)) headers[name] = headerText(random);
  return headers;
}

function hostileBody(random: Random, example: Record<string, unknown>, knownIds: readonly string[]): string {
  const kind = random.unit();
  if (kind < 0.05)
    return random.pick([
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '1',
      '{"a":',
      '\ufeff{}',
      `${'['.repeat(5000)}${']'.repeat(5000)}`,
    ]);
  if (kind < 0.08)
    return `{"__proto__":{"is_admin":true},"constructor":{"prototype":{"is_admin":true}},"name":"x"}`;
  const body: Record<string, unknown> = { ...example };
  for (const name of Object.keys(body)) if (random.chance(0.3)) body[name] = hostileValue(random, knownIds);
  if (random.chance(0.2))
    Object.assign(body, {
      is_admin: true,
      user_id: random.pick(knownIds),
      id: random.pick(knownIds),
      password_hash: 'x',
    });
  if (random.chance(0.1))
    for (const name of Object.keys(body)) if (random.chance(0.5)) Reflect.deleteProperty(body, name);
  return JSON.stringify(body);
}

function hostileValue(random: Random, knownIds: readonly string[]): unknown {
  const kind = random.integer(0, 9);
  if (kind < 5) return value(random, knownIds);
  return (
    [null, true, random.integer(-5, 5), 1e308, [text(random), 1, null]][kind - 5] ?? {
      deep: { deeper: text(random) },
    }
  );
}
