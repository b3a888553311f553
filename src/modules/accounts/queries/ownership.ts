import type { Caller } from '../../../kernel/auth/auth-user.js';
import { fragment, nothing } from '../../../kernel/database/sql.js';

/** Whether the application `a` is there for this user; a deleted one is not, though its rows may be. */
export const isOwnApplication = (userId: string) => fragment`a.user_id = ${userId} AND a.deleted_at IS NULL`;

/** Whether the endpoint `ep` is; its user_id is kept that of its application by a foreign key. */
export const isOwnEndpoint = (userId: string) => fragment`ep.user_id = ${userId} AND ep.deleted_at IS NULL`;

/** Whether the endpoint `ep` is the caller's: with an API key only those of its application. */
export const isCallersEndpoint = ({ userId, applicationId }: Caller) => fragment`${isOwnEndpoint(userId)}
     ${applicationId === undefined ? nothing : fragment`AND ep.application_id = ${applicationId}`}`;
