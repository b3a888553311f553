import { connect, type Socket } from 'node:net';
import type { Client } from './load.js';

export interface HttpAnswer {
  status: number;
  body: Buffer;
}

const END_OF_HEAD = '\r\n\r\n';

/**
 * One keep-alive connection that sends one prepared request after the other and reads just enough of the answer to know
 * its end: a client that costs little, since it shares the machine with what it measures.
 */
export class HttpClient implements Client {
  private received: Buffer = Buffer.alloc(0);
  private waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | null = null;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static connect({ hostname, port, host }: URL): Promise<HttpClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpClient(socket, host));
      });
    });
  }

  /** The body; throws when the status is not 200. */
  async get(path: string, token?: string): Promise<Buffer> {
    const { status, body } = await this.ask(path, token);
    if (status === 200) return body;
    throw new Error(`not a 200: ${status} ${body.toString()}`);
  }

  ask(path: string, token?: string): Promise<HttpAnswer> {
    const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
    const answer = new Promise<HttpAnswer>((resolve, reject) => (this.waiting = { resolve, reject }));
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${authorization}\r\n`);
    return answer;
  }

  close(): Promise<void> {
    this.socket.destroy();
    return Promise.resolve();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headEnd = this.received.indexOf(END_OF_HEAD);
    if (headEnd < 0) return;
    const head = this.received.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    const start = headEnd + END_OF_HEAD.length;
    if (length !== undefined && this.received.length < start + Number(length)) return;
    const body = this.received.subarray(start);
    this.received = Buffer.alloc(0);
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
    if (status !== undefined && length !== undefined) this.waiting?.resolve({ status: Number(status), body });
    else this.fail(new Error(`no status or no length: ${head.split('\r\n')[0]} ${body.toString()}`));
    this.waiting = null;
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = null;
  }
}
