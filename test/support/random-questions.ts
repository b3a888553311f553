import fc from 'fast-check';
import { more } from './list-world.js';
import { ids } from './small-world.js';

/** A question to a cached route, of a caller, at an instance. */
export interface Asked {
  route: string;
  query: string[];
  caller: number;
  at: number;
}

/** Times are fixed: those of now move on between two answers. */
const window = ['start_date=2025-12-30', 'end_date=2026-01-03'];
const applications = [ids.aliceApp, more.application, ids.bobApp];
const endpoints = [ids.aliceMain, ids.aliceSpare, more.busy, more.anyChain, ids.bobMain];
const series = [
  window,
  ['granularity=hour'],
  ['granularity=day'],
  ['success=true'],
  ['success=false'],
  ['chain_ids=1,10'],
  ['chain_ids=10,1,1'],
  ['chain_ids=137'],
];
const lists = [
  ['limit=3'],
  ['limit=100'],
  ['offset=0'],
  ['offset=2'],
  ...endpoints.map((id) => [`endpoint_id=${id}`]),
];

export function randomQuestion(callers: number, instances: number): fc.Arbitrary<Asked> {
  const of = <T>(values: readonly T[]) => fc.constantFrom(...values);
  const some = (options: string[][], always: string[] = []) =>
    fc
      .uniqueArray(of(options), { maxLength: 2, selector: ([first = '']) => first.split('=')[0] })
      .chain((chosen) => {
        const all = [...new Set([...always, ...chosen.flat()])];
        return fc.shuffledSubarray(all, { minLength: all.length });
      });
  const ask = (route: fc.Arbitrary<string>, query: fc.Arbitrary<string[]>) =>
    fc.record({ route, query, caller: fc.nat(callers - 1), at: fc.nat(instances - 1) });
  const none = fc.constant<string[]>([]);
  const ofApplication = (rest: string) => of(applications).map((id) => `/applications/${id}${rest}`);
  const ofEndpoint = (rest: string) => of(endpoints).map((id) => `/endpoints/${id}${rest}`);
  const batch = (all: readonly string[]) =>
    fc.subarray([...all], { minLength: 1 }).map((chosen) => [`ids=${chosen.join()}`]);
  return fc.oneof(
    ask(of(['/statistics/dashboard', '/statistics/chain-distribution']), none),
    ask(fc.constant('/statistics/timeseries'), some(series, window)),
    ask(ofApplication('/statistics'), none),
    ask(ofApplication('/endpoints/performance'), none),
    ask(ofApplication('/timeseries'), some(series, window)),
    ask(ofEndpoint('/statistics'), none),
    ask(ofEndpoint('/deliveries'), some([['limit=3'], ['offset=1'], ['status=failed'], ['status=all']])),
    ask(of(['/statistics/endpoints']), batch(endpoints)),
    ask(of(['/statistics/applications']), batch(applications)),
    ask(of(['/events', '/delivery-attempts']), some(lists)),
    ask(
      of([ids.shared, ids.failed, ids.bobs, ids.old]).map((id) => `/events/${id}`),
      none,
    ),
  );
}
