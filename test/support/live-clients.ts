import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface SseMessage {
  event: string;
  id: string;
  data: Record<string, unknown>;
}

export interface SseClient {
  status: number;
  headers: IncomingMessage['headers'];
  /** Those with data, in order. */
  messages: SseMessage[];
  comments: number;
  retryMs: number | undefined;
  /** What EventSource would send when it comes back. */
  lastEventId: string;
  isClosed: boolean;
  /** All that came, as text, of an answer that is no stream. */
  text: string;
  pause(): void;
  close(): void;
}

export interface SseOptions {
  /** `/events/stream` without it. */
  path?: string;
  token?: string;
  lastEventId?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
}

/** What a browser's EventSource does with a stream, but coming back by itself. Resolves with the headers. */
export function openSse(
  url: string,
  { path = '/events/stream', token, lastEventId = '', query = {}, headers = {} }: SseOptions = {},
): Promise<SseClient> {
  const target = `${url}${path}?${new URLSearchParams(query).toString()}`;
  return new Promise((resolve, reject) => {
    const request: ClientRequest = get(
      target,
      {
        agent: false,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
          ...headers,
        },
      },
      (response) => resolve(followSse(request, response, lastEventId)),
    );
    request.on('error', reject);
  });
}

function followSse(request: ClientRequest, response: IncomingMessage, lastEventId: string): SseClient {
  const client: SseClient = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    messages: [],
    comments: 0,
    retryMs: undefined,
    lastEventId,
    isClosed: false,
    text: '',
    pause: () => response.pause(),
    close: () => request.destroy(),
  };
  const isStream = response.headers['content-type']?.startsWith('text/event-stream') ?? false;
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    if (!isStream) {
      client.text += chunk;
      return;
    }
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) takeBlock(client, block);
  });
  response.on('error', () => undefined);
  request.on('error', () => undefined);
  response.on('close', () => (client.isClosed = true));
  return client;
}

function takeBlock(client: SseClient, block: string): void {
  let event = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === '') client.comments++;
    else if (field === 'event') event = value;
    else if (field === 'id') client.lastEventId = value;
    else if (field === 'retry') client.retryMs = Number(value);
    else if (field === 'data') data += value;
  }
  if (data === '') return;
  const parsed = JSON.parse(data) as Record<string, unknown>;
  client.messages.push({ event, id: client.lastEventId, data: parsed });
}

export interface WsClient {
  socket: WebSocket;
  messages: Record<string, unknown>[];
  pings: number;
  closed: Promise<{ code: number; reason: string }>;
}

export interface Refusal {
  status: number;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

/** Resolves once it is open; throws a Refusal when it is not opened. */
export function openWs(url: string, options: { headers?: Record<string, string>; autoPong?: boolean } = {}) {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { ...options });
  const client: WsClient = {
    socket,
    messages: [],
    pings: 0,
    closed: new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    ),
  };
  socket.on('message', (data: Buffer) => {
    client.messages.push(JSON.parse(data.toString()) as Record<string, unknown>);
  });
  socket.on('ping', () => client.pings++);
  return new Promise<WsClient>((resolve, reject) => {
    socket.once('open', () => resolve(client));
    socket.on('error', reject);
    socket.once('unexpected-response', (_, response: IncomingMessage) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const refusal: Refusal = {
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: JSON.parse(text) as Record<string, unknown>,
        };
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(refusal);
      });
    });
  });
}

export const refusalOf = (opening: Promise<unknown>): Promise<Refusal> =>
  opening.then(
    () => {
      throw new Error('it was opened');
    },
    (error: Refusal) => error,
  );

/** Until `isTrue`, for as long as a busy machine may need. */
export async function until(what: string, isTrue: () => boolean, ms = 10_000): Promise<void> {
  for (const deadline = Date.now() + ms; !isTrue(); await sleep(10))
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms: ${what}`);
}
