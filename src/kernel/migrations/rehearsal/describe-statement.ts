import { alterTable } from './describe-alter-table.js';
import { createIndex, dropIndex, reindex } from './describe-indexes.js';
import {
  comment,
  createTrigger,
  createTable,
  createView,
  dropRelations,
  dropTrigger,
} from './describe-objects.js';
import { analyze, lockTable, refresh, truncate, vacuum } from './describe-maintenance.js';
import { rows, selectForUpdate } from './describe-rows.js';
import { SqlCursor } from './sql-cursor.js';
import { splitStatements, type SqlStatement } from './sql-tokens.js';
import type { Described, StatementDescription } from './statement-description.js';

/** Reads on from after the words that led to it; null: it does not know this form. */
type Describe = (cursor: SqlCursor, sql: string) => Described | null;

const catalogOnly = (): Described => ({
  locks: [],
  effects: [{ work: 'catalog only' }],
  changes: [],
  remarks: [],
});

// CASCADE may drop triggers and views of tables, under locks that the text does not show.
const unlessCascade: Describe = ({ tokens }) =>
  tokens.some(({ kind, text }) => kind === 'word' && text === 'cascade') ? null : catalogOnly();

// Of a table they may be more than this: there they are not described.
const privileges: Describe = ({ tokens }) => {
  const on = tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'on');
  const harmless = ['function', 'procedure', 'schema', 'sequence', 'database', 'type'];
  return harmless.includes(tokens[on + 1]?.text ?? '') && on >= 0 ? catalogOnly() : null;
};

// The first that fits holds. No kind of it means no description: nothing is taken to be harmless unseen.
const kinds: readonly (readonly [string, Describe])[] = [
  ['create index', createIndex],
  ['create unique index', createIndex],
  ['create table', createTable],
  ['create unlogged table', createTable],
  ['create temp table', createTable],
  ['create temporary table', createTable],
  ['create materialized view', createView],
  ['create view', createView],
  ['create or replace view', createView],
  ['create trigger', createTrigger],
  ['create constraint trigger', createTrigger],
  ['create or replace trigger', createTrigger],
  ['create function', catalogOnly],
  ['create or replace function', catalogOnly],
  ['create procedure', catalogOnly],
  ['create or replace procedure', catalogOnly],
  ['create extension', catalogOnly],
  ['create schema', ({ tokens }) => (tokens.length <= 8 ? catalogOnly() : null)],
  ['create type', catalogOnly],
  ['create sequence', catalogOnly],
  ['alter table', alterTable],
  ['alter index', alterTable],
  ['alter materialized view', alterTable],
  ['alter view', alterTable],
  ['alter function', catalogOnly],
  ['alter procedure', catalogOnly],
  ['drop table', dropRelations],
  ['drop materialized view', dropRelations],
  ['drop view', dropRelations],
  ['drop index', dropIndex],
  ['drop trigger', dropTrigger],
  ['drop function', unlessCascade],
  ['drop procedure', unlessCascade],
  ['drop extension', unlessCascade],
  ['drop schema', unlessCascade],
  ['drop type', unlessCascade],
  ['reindex', reindex],
  ['refresh materialized view', refresh],
  ['insert', rows],
  ['update', rows],
  ['delete', rows],
  ['merge', rows],
  ['with', rows],
  ['select', selectForUpdate],
  ['truncate', truncate],
  ['vacuum', vacuum],
  ['analyze', analyze],
  ['lock', lockTable],
  ['comment on', comment],
  ['grant', privileges],
  ['revoke', privileges],
];

/** What each statement of the text locks and does, by its text alone. */
export const describeStatements = (sql: string): StatementDescription[] =>
  splitStatements(sql).map(describeStatement);

export function describeStatement({ text, tokens }: SqlStatement): StatementDescription {
  const unknown: Described = { locks: null, effects: [{ work: 'not known' }], changes: [], remarks: [] };
  const isWhole = tokens.every(({ kind }) => kind !== 'unterminated');
  const cursor = new SqlCursor(tokens);
  const [words, describe] = kinds.find(([phrase]) => cursor.looksAt(phrase)) ?? ['', () => null];
  cursor.accept(words);
  // Positions are those of the whole text; the statement's own begins with its first token.
  const shifted = ' '.repeat(tokens[0]?.start ?? 0) + text;
  const kind = (words || cursor.word() || 'statement').toUpperCase();
  return { sql: text, kind, ...((isWhole ? describe(cursor, shifted) : null) ?? unknown) };
}
