import type { FastifyReply } from 'fastify';
import { BASE_PATH } from '../../../kernel/http/base-path.js';
import { acceptedRunExample, acceptedRunSchema, type AcceptedRunDto } from './dto/run.dto.js';

/** What every route answers that asks for a run. */
export const accepted = {
  status: 202,
  schema: acceptedRunSchema,
  description: 'It is in the queue; it goes on in the background.',
  example: acceptedRunExample,
  headers: { Location: 'The run, which says how far it is.' },
} as const;

export function pointTo(reply: FastifyReply, run: AcceptedRunDto): AcceptedRunDto {
  void reply.header('Location', `${BASE_PATH}/admin/maintenance/runs/${run.run_id}`);
  return run;
}
