import type { Caller } from '../auth/auth-user.js';
import type { About } from './cache-headers.js';
import type { Parameters } from './route-parameters.js';
import { tagOf, type Tag } from './tag.js';

/** The tenant, and every application and endpoint that is named: by the API key, in the path, or in the query. */
export function tagsFor(caller: Caller, about: About, { params, query }: Parameters): Tag[] {
  const tags = [tagOf('tenant', caller.userId)];
  const add = (kind: 'application' | 'endpoint', ids: unknown) => {
    for (const id of [ids].flat()) if (typeof id === 'string') tags.push(tagOf(kind, id));
  };
  add('application', caller.applicationId);
  add('application', query['application_id']);
  add('endpoint', query['endpoint_id']);
  if (about !== undefined) add(about, [params['id'], query['ids']].flat());
  return tags;
}
