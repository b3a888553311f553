import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestCost } from '../telemetry/requests/request-cost.js';

/** The request that statements are run for; who knows more of it adds that here. */
export interface RequestContext {
  readonly cost: RequestCost;
}

/** One store for all that is to be known: on Node 20 each costs some time at every promise. */
export const requestContext = new AsyncLocalStorage<RequestContext>();
