import { CACHE_MANAGER, CACHE_TTL_METADATA, CacheInterceptor } from '@nestjs/cache-manager';
import { Inject, Injectable, type CallHandler, type ExecutionContext, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { Trusted } from '../http/trust.js';
import { Answers, type Answer, type Fetched, type Question } from './answers.js';
import { ABOUT, CACHE_HEADERS, type About } from './cache-headers.js';
import { canonical, parametersOf, schemasOf, type RouteSchemas } from './route-parameters.js';
import { tagsFor } from './route-tags.js';
import type { Lifetime } from './tiers.js';

interface Route {
  readonly name: string;
  readonly schemas: RouteSchemas;
  readonly about: About;
  readonly lifetime: Lifetime;
}

/**
 * Nest's interceptor, but for how it gets and sets: one read for all who ask at the same time, and stale answers. A key has the
 * tenant, the application of an API key, the route, and the parameters as the handler gets them.
 */
@Injectable()
export class CachingInterceptor extends CacheInterceptor {
  private readonly routes = new WeakMap<object, Route>();

  constructor(
    @Inject(CACHE_MANAGER) cacheManager: unknown,
    reflector: Reflector,
    private readonly answers: Answers,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    super(cacheManager, reflector);
  }

  override async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const question = this.questionOf(context);
    if (question === undefined) return next.handle();
    const answer = await this.answers.get(question, async () => fetched(await lastValueFrom(next.handle())));
    describe(context.switchToHttp().getResponse<FastifyReply>(), answer);
    const { text, trust } = answer.kept;
    return of(trust === null ? text : new Trusted(text, trust));
  }

  protected override trackBy(context: ExecutionContext): string | undefined {
    return this.questionOf(context)?.text;
  }

  /** Undefined where nothing is kept: no caching, no tenant, another method, or parameters that will be refused. */
  private questionOf(context: ExecutionContext): Question | undefined {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { user } = request;
    if (this.config.cache.freshMs === 0 || user === undefined || !this.isRequestCacheable(context))
      return undefined;
    const { name, schemas, about, lifetime } = this.routeOf(context);
    const parameters = parametersOf(schemas, request);
    if (parameters === undefined) return undefined;
    return {
      text: `${user.userId} ${user.applicationId ?? '*'} ${name} ${canonical(parameters)}`,
      tags: tagsFor(user, about, parameters),
      lifetime,
      isBypass: /\bno-cache\b/i.test(request.headers['cache-control'] ?? ''),
    };
  }

  private routeOf(context: ExecutionContext): Route {
    const handler = context.getHandler();
    const known = this.routes.get(handler);
    if (known !== undefined) return known;
    const controller: Type = context.getClass();
    const route = {
      name: `${controller.name}.${handler.name}`,
      schemas: schemasOf(controller, handler.name),
      about: this.reflector.getAllAndOverride<About>(ABOUT, [handler, controller]),
      lifetime: this.lifetimeOf(
        this.reflector.getAllAndOverride<number | undefined>(CACHE_TTL_METADATA, [handler, controller]),
      ),
    };
    this.routes.set(handler, route);
    return route;
  }

  /** What has a shorter time of its own is not given after it. */
  private lifetimeOf(ttlMs: number | undefined): Lifetime {
    const { freshMs, staleMs } = this.config.cache;
    return ttlMs === undefined || ttlMs >= freshMs ? { freshMs, staleMs } : { freshMs: ttlMs, staleMs: 0 };
  }
}

/** Put into JSON once, for all who get it. */
const fetched = (answer: unknown): Fetched =>
  answer instanceof Trusted
    ? { text: JSON.stringify((answer as Trusted<unknown>).body), trust: answer.trust }
    : { text: JSON.stringify(answer), trust: null };

function describe(reply: FastifyReply, { kept, outcome, ageMs }: Answer): void {
  void reply
    .type('application/json; charset=utf-8')
    .header('ETag', kept.tag)
    .header(CACHE_HEADERS.outcome, outcome)
    .header(CACHE_HEADERS.age, String(Math.floor(ageMs / 1000)));
}
