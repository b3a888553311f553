import { sql } from '../../src/kernel/database/sql.js';

/** What nothing can be faster than: the way to the server and back. */
export const selectOne = sql<{ one: number }>('bench.select-one')`SELECT 1 AS "one"`;

/** What a tenant's cheapest answer takes: one row by its primary key. */
export const findUser = (p: { userId: string }) => sql<{ id: string }>('bench.find-user')`
  SELECT u.id, u.email, u.name, u.is_admin AS "isAdmin", u.created_at AS "createdAt"
    FROM users u WHERE u.id = ${p.userId}`;
