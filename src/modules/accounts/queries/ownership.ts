import { fragment } from '../../../kernel/database/sql.js';

/** Whether the application `a` is there for this user. */
export const isOwnApplication = (userId: string) => fragment`a.user_id = ${userId}`;

/** Whether the endpoint `ep` is; its user_id is kept that of its application by a foreign key. */
export const isOwnEndpoint = (userId: string) => fragment`ep.user_id = ${userId}`;
