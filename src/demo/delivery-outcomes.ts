import type { Random } from './random.js';

/** What deliveries meet: an endpoint's settings and the character of who answers there. */
export interface Receiver {
  webhookUrl: string;
  timeoutSeconds: number;
  medianMs: number;
  /** 0–3: what it answers a delivery that it takes. */
  answerStyle: number;
  /** Nothing gets through from then on. */
  downSinceUs: number | null;
}

/** How one HTTP delivery ended; status null when no answer came. */
export interface Outcome {
  success: boolean;
  httpStatusCode: number | null;
  responseBody: string | null;
  errorMessage: string | null;
  durationMs: number;
  /** What EthHook's is_retryable_error says: no answer, 429 and 5xx. */
  shouldRetry: boolean;
}

type Failure = number | 'timeout' | 'refused';

const SUCCESS_SHARE = 0.92;
/** Of first failures: worth a retry. */
const RETRYABLE_SHARE = 0.5;
const RETRY_FAILS = 0.4;
const SLOW_TAIL = 0.015;

const retryable: readonly Failure[] = [
  503,
  503,
  503,
  503,
  500,
  500,
  500,
  502,
  504,
  429,
  429,
  'timeout',
  'timeout',
  'refused',
  'refused',
];
const permanent: readonly Failure[] = [404, 404, 404, 400, 400, 401, 403, 410];

/**
 * The mean probability p that a first attempt fails, so that 92 % of all attempts succeed: of a first failure's retries
 * (half of them have any) each fails again with q = 0.4, up to five attempts.
 */
export function meanFirstFailure(): number {
  const q = RETRY_FAILS;
  const retries = RETRYABLE_SHARE * (1 + q + q ** 2 + q ** 3);
  const lostForGood = 1 - RETRYABLE_SHARE * (1 - q ** 4);
  // (1 - p·lostForGood) / (1 + p·retries) = SUCCESS_SHARE
  return (1 - SUCCESS_SHARE) / (lostForGood + SUCCESS_SHARE * retries);
}

/** `firstFailure` is the receiver's own probability; retries of a failure fail more often than first attempts. */
export function drawOutcome(
  random: Random,
  receiver: Receiver,
  firstFailure: number,
  attemptNumber: number,
  startedAtUs: number,
): Outcome {
  const isDown = receiver.downSinceUs !== null && startedAtUs >= receiver.downSinceUs;
  const durationMs = drawDurationMs(random, receiver);
  const fails = random.chance(attemptNumber === 1 ? firstFailure : RETRY_FAILS);
  const isRetryable = attemptNumber > 1 || random.chance(RETRYABLE_SHARE);
  const failure = random.pick(isRetryable ? retryable : permanent);
  if (isDown) return failed(random, receiver, 'refused', durationMs);
  if (durationMs >= receiver.timeoutSeconds * 1000) return failed(random, receiver, 'timeout', durationMs);
  return fails ? failed(random, receiver, failure, durationMs) : succeeded(random, receiver, durationMs);
}

/** Log-normal about the receiver's median, with a slow tail. */
function drawDurationMs(random: Random, receiver: Receiver): number {
  const slow = random.chance(SLOW_TAIL) ? 10 : 1;
  return Math.max(2, Math.round(receiver.medianMs * slow * Math.exp(0.75 * random.normal())));
}

function succeeded(random: Random, receiver: Receiver, durationMs: number): Outcome {
  const [httpStatusCode, responseBody] = answer(random, receiver.answerStyle);
  return { success: true, httpStatusCode, responseBody, errorMessage: null, durationMs, shouldRetry: false };
}

function answer(random: Random, style: number): [number, string] {
  if (style === 0) return [200, '{"ok":true}'];
  if (style === 1) return [200, `{"received":true,"id":"evt_${random.hex(3)}"}`];
  if (style === 2) return [202, `{"status":"accepted","queue":"events","request_id":"${random.hex(4)}"}`];
  return [204, ''];
}

const reasons: Readonly<Record<number, string>> = {
  400: 'invalid payload',
  401: 'invalid signature',
  403: 'forbidden',
  404: 'unknown hook',
  410: 'hook was removed',
  429: 'too many requests',
  500: 'internal server error',
  502: 'bad gateway',
  503: 'service unavailable',
  504: 'upstream timed out',
};

function failed(random: Random, receiver: Receiver, failure: Failure, durationMs: number): Outcome {
  if (typeof failure === 'number') {
    return {
      success: false,
      httpStatusCode: failure,
      responseBody: `{"error":"${reasons[failure] as string}","status":${failure},"request_id":"${random.hex(2)}"}`,
      errorMessage: null,
      durationMs,
      shouldRetry: failure === 429 || failure >= 500,
    };
  }
  const timedOut = failure === 'timeout';
  const reason = timedOut ? 'operation timed out' : 'tcp connect error: Connection refused (os error 111)';
  return {
    success: false,
    httpStatusCode: null,
    responseBody: null,
    errorMessage: `error sending request for url (${receiver.webhookUrl}): ${reason}`,
    durationMs: timedOut ? receiver.timeoutSeconds * 1000 + random.integer(0, 4) : Math.min(durationMs, 40),
    shouldRetry: true,
  };
}

/** EthHook's calculate_backoff: 2 s doubling up to 60 s, ±20 %, whole seconds. */
export function drawBackoffUs(random: Random, attemptNumber: number): number {
  const seconds = Math.min(2 * 2 ** (attemptNumber - 1), 60);
  return Math.floor(seconds * random.between(0.8, 1.2)) * 1_000_000;
}
