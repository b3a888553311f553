import { shapeOf, type PlanNode } from './plan-shape.js';

const plan = (change: Partial<PlanNode> = {}): PlanNode => ({
  'Node Type': 'Limit',
  'Total Cost': 10,
  Plans: [
    {
      'Node Type': 'Bitmap Heap Scan',
      Schema: 'public',
      'Relation Name': 'events',
      Alias: 'e',
      Plans: [{ 'Node Type': 'Bitmap Index Scan', 'Index Name': 'Events_idx', 'Total Cost': 4, ...change }],
    },
  ],
});

it('is the same whatever the costs and the aliases, and another by its nodes and indexes', () => {
  const { fingerprint } = shapeOf(plan());
  expect(
    shapeOf(plan({ 'Total Cost': 5, 'Plan Rows': 7, Alias: 'x', 'Index Cond': '(a = $1)' })).fingerprint,
  ).toBe(fingerprint);
  expect(shapeOf(plan({ 'Index Name': 'other' })).fingerprint).not.toBe(fingerprint);
  expect(shapeOf(plan({ 'Join Type': 'Left' })).fingerprint).not.toBe(fingerprint);
});

it('tells the cost and the indexes, as PostgreSQL reads their names', () => {
  expect(shapeOf(plan())).toMatchObject({ cost: 10, indexes: ['public."Events_idx"'] });
});
