import { createHmac } from 'node:crypto';

export interface WebhookTarget {
  url: string;
  secret: string;
}

/** `error` is a short code without anything of the address or the answer; null: it was taken. */
export interface Answered {
  status: number | null;
  error: string | null;
}

/**
 * Posts a JSON body, signed. What is sent anew has another signature, since it has another time, and the same id. Follows no
 * redirect: only the operator's own address is asked. Of the answer nothing but its status is read.
 */
export async function post(
  { url, secret }: WebhookTarget,
  message: { id: string; body: string },
  signal: AbortSignal,
): Promise<Answered> {
  const seconds = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal,
      body: message.body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ethhook-admin',
        'x-ethhook-delivery': message.id,
        'x-ethhook-signature': `t=${seconds},v1=${signature(secret, seconds, message.body)}`,
      },
    });
    await response.body?.cancel();
    return { status: response.status, error: response.ok ? null : `status_${response.status}` };
  } catch (error) {
    return { status: null, error: codeOf(error) };
  }
}

/** HMAC-SHA256 over `<seconds>.<body>`, in hex. */
export const signature = (secret: string, seconds: number, body: string) =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  if (error.name === 'TimeoutError') return 'timeout';
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
