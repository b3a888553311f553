import { ServerResponse, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AuthUser } from '../auth/auth-user.js';
import { bearerToken } from '../auth/bearer-token.js';
import { Tokens } from '../auth/tokens.js';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { BASE_PATH } from '../http/base-path.js';
import { answerOf } from '../http/error.filter.js';
import { requestIdOf } from '../http/request-id.js';
import { LiveStreams } from './live-streams.js';
import { notAWebSocketRoute, originNotAllowed } from './live.errors.js';
import type { Seat, StreamKind } from './seat.js';
import { WsSocket } from './ws-socket.js';

/** Nobody has anything to say. */
const MAX_PAYLOAD_BYTES = 1024;

export interface WsRoute {
  readonly kind: StreamKind;
  /** Before the upgrade: what it throws is answered in HTTP. Gives what is to be done with the open stream, and at its end. */
  prepare(user: AuthUser): Promise<Prepared>;
}

export interface Prepared {
  begin(seat: Seat): void;
  end(): void;
}

interface Upgrade {
  readonly id: string;
  readonly method: string;
  readonly url: string;
}

/**
 * WebSockets beside the routes. A caller is known, and its place taken, before the upgrade: a refusal is an answer of HTTP
 * in the one error form.
 */
@Injectable()
export class Upgrades implements OnApplicationBootstrap {
  private readonly routes = new Map<string, WsRoute>();
  private readonly sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  });

  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly tokens: Tokens,
    private readonly streams: LiveStreams,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** `path` is below the base path, and at the root, where the old API's proxies sent it. */
  route(path: string, route: WsRoute): void {
    this.routes.set(path, route).set(BASE_PATH + path, route);
  }

  onApplicationBootstrap(): void {
    const server = this.adapters.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Others offer HTTP/2 with each plain request; whoever does not speak it answers in HTTP/1.
      if (request.headers.upgrade?.toLowerCase() !== 'websocket')
        return serveWithout(server, request, socket);
      void this.upgrade(request, socket, head);
    });
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const startedAt = performance.now();
    const { url = '/', method = 'GET', headers } = request;
    const upgrade: Upgrade = { id: requestIdOf(headers), method, url };
    let user: AuthUser | undefined;
    const log = (status: number) => this.log(upgrade, status, user, startedAt);
    // A connection that breaks is closed, which is what counts.
    socket.on('error', () => undefined);
    try {
      const { pathname, searchParams } = new URL(url, 'http://any');
      const route = this.routes.get(pathname);
      if (route === undefined) throw notAWebSocketRoute(pathname.slice(0, 200));
      this.assertOrigin(headers.origin);
      user = this.tokens.verify(bearerToken(headers.authorization, searchParams.get('token')));
      await this.open(route, user, socket, (begin) =>
        this.sockets.handleUpgrade(request, socket, head, (ws) => {
          socket.once('close', () => log(101));
          begin(ws);
        }),
      );
    } catch (error) {
      const status = refuse(socket, error, upgrade);
      if (status >= 500) this.logger.error({ err: error, request_id: upgrade.id }, 'request failed');
      log(status);
    }
  }

  private async open(
    route: WsRoute,
    user: AuthUser,
    socket: Duplex,
    shakeHands: (begin: (ws: WebSocket) => void) => void,
  ): Promise<void> {
    const seat = this.streams.take(route.kind, user);
    let prepared: Prepared | undefined;
    const leave = () => {
      seat.leave();
      prepared?.end();
    };
    try {
      const preparing = route.prepare(user);
      socket.once('close', leave);
      prepared = await preparing;
    } catch (error) {
      seat.leave();
      throw error;
    }
    if (!seat.isOpen) return prepared.end();
    shakeHands((ws) => {
      seat.occupy(new WsSocket(ws));
      prepared.begin(seat);
    });
  }

  private assertOrigin(origin: string | undefined): void {
    const { corsAllowedOrigins } = this.config.http;
    if (origin === undefined || corsAllowedOrigins.includes('*') || corsAllowedOrigins.includes(origin))
      return;
    throw originNotAllowed();
  }

  private get logger() {
    return this.adapters.httpAdapter.getInstance<FastifyInstance>().log;
  }

  // As the access log has it; without the query, which carries the token.
  private log(
    { id, method, url }: Upgrade,
    status: number,
    user: AuthUser | undefined,
    startedAt: number,
  ): void {
    const duration_ms = Math.round((performance.now() - startedAt) * 100) / 100;
    const path = url.split('?', 1)[0]?.slice(0, 200);
    this.logger.info({ request_id: id, method, path, status, duration_ms, user_id: user?.userId }, 'request');
  }
}

/** Answers on the bare connection, and closes it. Returns the status. */
function refuse(socket: Duplex, error: unknown, upgrade: Upgrade): number {
  const { status, body, retryAfterSeconds } = answerOf(error, upgrade);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${upgrade.id}`,
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  return status;
}

function serveWithout(server: Server, request: IncomingMessage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.once('finish', () => socket.end());
  server.emit('request', request, response);
}
