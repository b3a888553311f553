import type { AuthUser } from './auth-user.js';

/** `ethk_` and 32 letters or digits, as the old API made them. */
const API_KEY = /^ethk_[A-Za-z0-9]{32}$/;

/** What the guard asks of whoever knows applications. Asked anew for each request: a key that was replaced is of no use at once. */
export abstract class ApiKeys {
  /** The owner, confined to the application; undefined when no active application has this key. */
  abstract find(key: string): Promise<AuthUser | undefined>;
}

export const isApiKey = (text: string) => API_KEY.test(text);
