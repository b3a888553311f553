import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const TAG_BYTES = 16;

/**
 * Gives each successful GET answer in JSON a tag, and answers 304 where the caller already has that body. The tag is
 * of the body alone: headers that change at each read, such as X-Data-As-Of, go out with the 304 too and renew those
 * that were kept. So a tag tells nothing of a foreign body, unless the caller is about to receive the same one.
 * @fastify/etag also tags errors and other methods, and knows one tag in If-None-Match.
 */
export function revalidateAnswers(fastify: FastifyInstance, isLeftOut: (request: FastifyRequest) => boolean) {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    // Kept by the caller's own cache, which asks each time whether it still holds.
    if (request.user !== undefined) void reply.header('Cache-Control', 'private, no-cache');
    if (typeof payload !== 'string' || !isTagged(request, reply) || isLeftOut(request))
      return done(null, payload);
    const known = reply.getHeader('etag');
    const tag = typeof known === 'string' ? known : entityTag(payload);
    void reply.header('ETag', tag);
    if (!hasTag(request.headers['if-none-match'], tag)) return done(null, payload);
    void reply.code(304).removeHeader('Content-Type').removeHeader('Content-Length');
    done(null, null);
  });
}

const isTagged = (request: FastifyRequest, reply: FastifyReply) =>
  request.method === 'GET' &&
  reply.statusCode === 200 &&
  String(reply.getHeader('content-type')).startsWith('application/json');

export function entityTag(body: string): string {
  const digest = createHash('sha256').update(body).digest().subarray(0, TAG_BYTES);
  return `"${digest.toString('base64url')}"`;
}

/** RFC 9110, 13.1.2: any of a list, compared weakly, since a proxy that compresses makes a tag weak. */
export function hasTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const listed: readonly string[] = ifNoneMatch.match(/"[^"]*"/g) ?? [];
  return listed.includes(tag);
}
