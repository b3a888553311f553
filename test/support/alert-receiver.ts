import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedAlert {
  id: string;
  body: { id: string; type: string; created_at: string; finding: Record<string, unknown> | null };
  /** Of the signature, by the secret. */
  isGenuine: boolean;
}

export type ReceiverMode = 'takes' | 'fails' | 'hangs' | 'redirects' | 'talks';

export interface AlertReceiver {
  url: string;
  mode: ReceiverMode;
  /** Every request, also those that it did not take. */
  received: ReceivedAlert[];
  /** Of bytes that somebody has read of its endless answer, roughly. */
  said: number;
  close(): Promise<void>;
  reopen(): Promise<void>;
}

/** A real HTTP server that gets alerts, in whatever mood the test wants. */
export async function startAlertReceiver(secret: string): Promise<AlertReceiver> {
  const server = createServer((request, response) => void take(request, response));
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const receiver: AlertReceiver = {
    url: `http://127.0.0.1:${port}/hook?token=of-the-receiver`,
    mode: 'takes',
    received: [],
    said: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    reopen: () => listen(port),
  };
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    receiver.received.push(read(request, text, secret));
    if (receiver.mode === 'hangs') return;
    if (receiver.mode === 'talks') return talk(response, receiver);
    const redirect = { location: `http://127.0.0.1:${port}/elsewhere` };
    const status = { takes: 204, fails: 500, redirects: 307 }[receiver.mode];
    response.writeHead(status, status === 307 ? redirect : {}).end();
  }
  return receiver;
}

/** Goes on for as long as anybody listens. */
function talk(response: ServerResponse, receiver: AlertReceiver): void {
  response.writeHead(200);
  const chunk = 'x'.repeat(65_536);
  const timer = setInterval(() => {
    if (response.destroyed) return clearInterval(timer);
    if (response.write(chunk)) receiver.said += chunk.length;
  }, 1);
}

function read(request: IncomingMessage, text: string, secret: string): ReceivedAlert {
  const [, seconds = '', given = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['x-ethhook-signature'])) ?? [];
  const expected = createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex');
  return {
    id: String(request.headers['x-ethhook-delivery']),
    body: JSON.parse(text) as ReceivedAlert['body'],
    isGenuine: given === expected && Math.abs(Number(seconds) - Date.now() / 1000) < 60,
  };
}
