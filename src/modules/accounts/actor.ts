import type { Client } from '../../kernel/http/client.js';

/** Who makes a change, and from where. */
export interface Actor {
  readonly userId: string;
  readonly client: Client;
}
