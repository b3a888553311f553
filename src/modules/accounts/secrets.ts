import { randomInt } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

// randomInt draws from the system's generator and is even over its range.
const alphanumerics = (length: number) =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

/** An application's key: 190 random bits. */
export const newApiKey = () => `ethk_${alphanumerics(32)}`;

/** What signs webhooks, of an application or an endpoint: 381 random bits. */
export const newSecret = () => alphanumerics(64);
