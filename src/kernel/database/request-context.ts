import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestCost } from '../telemetry/requests/request-cost.js';
import type { ReadContext } from './replicas/read-context.js';

/** The request that statements are run for. */
export interface RequestContext {
  readonly cost: RequestCost;
  /** Known when its handler begins. */
  reads?: ReadContext;
}

/** One store for all that is to be known: on Node 20 each costs some time at every promise. */
export const requestContext = new AsyncLocalStorage<RequestContext>();
