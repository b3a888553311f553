import type { FastifyRequest } from 'fastify';
import { BASE_PATH } from './base-path.js';
import { pathOf } from './error.filter.js';

const PROBES = new RegExp(`^${BASE_PATH}/(?:health|metrics)(?:/|$)`);

/** Asked every few seconds by who watches this server: answered whatever else is refused. */
export const isProbe = (request: Pick<FastifyRequest, 'url'>) => PROBES.test(pathOf(request));
