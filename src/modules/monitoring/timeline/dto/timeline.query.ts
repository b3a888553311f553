import { z } from 'zod';
import { cursorFields } from '../../../../kernel/http/cursor-paging.js';
import { queryInstant } from '../../../../kernel/http/query-values.js';
import { markKinds } from '../timeline.read-model.js';

const kindMessage = `must be one or more of ${markKinds.join(', ')}, separated by commas`;
const kindSchema = z.enum(markKinds, kindMessage);

export const timelineQuerySchema = z.strictObject({
  ...cursorFields,
  from: queryInstant.optional().meta({ description: 'Oldest time, included.' }),
  until: queryInstant.optional().meta({ description: 'Newest time, excluded.' }),
  kind: z
    .string(kindMessage)
    .transform((text) => text.split(','))
    .pipe(z.array(kindSchema))
    .optional()
    .meta({ type: 'string', description: 'Only these kinds, e.g. migration,configuration.' }),
});

export type TimelineQuery = z.output<typeof timelineQuerySchema>;

const idMessage = 'must be the id of a mark, such as setting:7';

export const markParamSchema = z.object({
  id: z.string(idMessage).regex(/^(mark|migration|setting|setting-revert|run):\w{1,200}$/, idMessage),
});
export type MarkParam = z.output<typeof markParamSchema>;
