import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { finalize, type Observable } from 'rxjs';
import type { AppConfig } from '../config/config.js';
import type { CallerPlaces } from '../database/replicas/caller-places.js';
import type { ReadContext } from '../database/replicas/read-context.js';
import { requestContext } from '../database/request-context.js';
import { BASE_PATH } from './base-path.js';
import { ReadAfterTokens } from './read-after.js';

export const READ_AFTER_HEADER = 'X-Read-After';
const COOKIE = 'ethhook_read_after';
/** Longer than any replica that is read from is behind. */
const COOKIE_SECONDS = 60;

/**
 * Runs each request so that its reads see what its caller has written before. The answer to a write carries a token, as a
 * header and as a cookie; whoever sends it back, to any instance, reads from where that write is.
 */
export class ReadAfterInterceptor implements NestInterceptor {
  private readonly tokens: ReadAfterTokens;

  constructor(
    config: Pick<AppConfig, 'auth'>,
    private readonly places: CallerPlaces,
  ) {
    this.tokens = new ReadAfterTokens(config);
  }

  intercept(execution: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const http = execution.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const context = this.contextOf(request, reply);
    const around = requestContext.getStore();
    if (around === undefined) throw new Error('a request without its context');
    around.reads = context;
    return next.handle().pipe(finalize(() => (context.isOver = true)));
  }

  private contextOf(request: FastifyRequest, reply: FastifyReply): ReadContext {
    const sent = sentToken(request);
    const callerId = request.user?.userId ?? request.ip;
    const context: ReadContext = {
      callerId,
      after: sent === undefined ? 0n : this.tokens.decode(sent),
      isOver: false,
      onWritten: (position) => {
        Object.assign(context, { after: position, node: null });
        this.places.wrote(callerId);
        if (!reply.sent) this.tell(this.tokens.encode(position), request, reply);
      },
    };
    return context;
  }

  private tell(token: string, request: FastifyRequest, reply: FastifyReply): void {
    const secure = request.protocol === 'https' ? '; Secure' : '';
    void reply
      .header(READ_AFTER_HEADER, token)
      .removeHeader('Set-Cookie')
      .header(
        'Set-Cookie',
        `${COOKIE}=${token}; Path=${BASE_PATH}; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure}`,
      );
  }
}

function sentToken({ headers }: FastifyRequest): string | undefined {
  const header = headers[READ_AFTER_HEADER.toLowerCase()];
  if (typeof header === 'string') return header;
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1];
}
