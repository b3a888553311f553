import { Injectable } from '@nestjs/common';
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';

/**
 * Every series is kept by whoever scrapes, for months. Past so many of one metric the labels read `other`, so that a
 * value that was thought to come from the code, and does not, costs nobody their monitoring.
 */
const MAX_SERIES = 100;
/** What is not known by then is left out of the scrape: a database that does not answer hides nothing else. */
const READ_TIMEOUT_MS = 1000;

/** Gauges that prom-client calls counters; what they count is in `nodejs_active_handles` and its like, by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

type Labels<Name extends string> = Readonly<Record<Name, string>>;

interface Definition<Name extends string> {
  /** Prometheus' form: unit at the end, counters with `_total`. */
  readonly name: string;
  readonly help: string;
  /** Their values come from the code: names of reads and tasks, never an id or a path. */
  readonly labels?: readonly Name[];
}

export interface Counter<Name extends string> {
  increment(labels: Labels<Name>, by?: number): void;
}

export interface Histogram<Name extends string> {
  observe(labels: Labels<Name>, value: number): void;
}

export interface Gauge {
  set(value: number): void;
}

/** One series of a metric that is read when it is asked for. */
export interface Sample<Name extends string> {
  readonly labels: Labels<Name>;
  readonly value: number;
}

/** One series of a histogram that is read when it is asked for. */
export interface HistogramSample<Name extends string> {
  readonly labels: Labels<Name>;
  /** Of each bucket, without those below it; the last is of what is beyond all of them. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** What this process counts and measures; modules register theirs at their start. A name is registered once. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  readonly contentType = this.registry.contentType;

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  counter<Name extends string = never>(definition: Definition<Name>): Counter<Name> {
    const counter = new PromCounter(this.options(definition));
    const bound = boundedSeries<Name>();
    return { increment: (labels, by = 1) => counter.inc(bound(labels), by) };
  }

  histogram<Name extends string = never>(
    definition: Definition<Name> & { readonly buckets: readonly number[] },
  ): Histogram<Name> {
    const buckets = [...definition.buckets];
    const histogram = new PromHistogram({ ...this.options(definition), buckets });
    const bound = boundedSeries<Name>();
    return { observe: (labels, value) => histogram.observe(bound(labels), value) };
  }

  /**
   * A histogram that is kept elsewhere, and read at each scrape: where observing takes too long. Its labels must be bounded by
   * who keeps it.
   */
  observedHistogram<Name extends string = never>(
    definition: Definition<Name> & { readonly buckets: readonly number[] },
    read: () => readonly HistogramSample<Name>[],
  ): void {
    const { name, help, buckets } = definition;
    const histogram = new PromHistogram({ ...this.options(definition), buckets: [...buckets] });
    const get = () =>
      Promise.resolve({
        name,
        help,
        type: 'histogram',
        aggregator: 'sum',
        values: read().flatMap((sample) => seriesOf(name, buckets, sample)),
      });
    // The text is made of the second, which the library's types do not know.
    Object.assign(histogram, { get, getForPromString: get });
  }

  /** A gauge that is set; it has no series until then. */
  gauge(definition: Definition<never>): Gauge {
    const gauge = new PromGauge(this.options(definition));
    gauge.remove();
    return { set: (value) => gauge.set(value) };
  }

  /** A gauge that is read at each scrape; `read` must be cheap, and not throw or reject. */
  observedGauge<Name extends string = never>(definition: Definition<Name>, read: Read<Name>): void {
    const bound = boundedSeries<Name>();
    new PromGauge({ ...this.options(definition), collect: collectFrom(definition, read, bound) });
  }

  /** A counter that is kept elsewhere, and read like an observed gauge. */
  observedCounter<Name extends string = never>(definition: Definition<Name>, read: Read<Name>): void {
    const bound = boundedSeries<Name>();
    new PromCounter({ ...this.options(definition), collect: collectFrom(definition, read, bound) });
  }

  private options<Name extends string>({ name, help, labels = [] }: Definition<Name>) {
    return { name, help, labelNames: labels, registers: [this.registry] };
  }
}

function seriesOf<Name extends string>(
  name: string,
  buckets: readonly number[],
  { labels, counts, sum }: HistogramSample<Name>,
) {
  let upTo = 0;
  const bounds = [...buckets, '+Inf'].map((le, index) => {
    upTo += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: upTo };
  });
  return [
    ...bounds,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: upTo },
  ];
}

type Read<Name extends string> = () => readonly Sample<Name>[] | Promise<readonly Sample<Name>[]>;
interface Resettable<Name extends string> {
  reset(): void;
  remove(): void;
  inc(labels: Labels<Name>, value: number): void;
}

const collectFrom = <Name extends string>(
  { labels = [] }: Definition<Name>,
  read: Read<Name>,
  bound: (labels: Labels<Name>) => Labels<Name>,
) => {
  const hasNoLabels = labels.length === 0;
  return async function (this: Resettable<Name>) {
    const samples = await Promise.race([read(), nothingAfter(READ_TIMEOUT_MS)]);
    this.reset();
    // Without labels it would say 0 now: a figure that nobody has measured.
    if (hasNoLabels) this.remove();
    for (const { labels, value } of samples) this.inc(bound(labels), value);
  };
};

const nothingAfter = (ms: number) =>
  new Promise<readonly never[]>((resolve) => {
    setTimeout(() => resolve([]), ms).unref();
  });

function boundedSeries<Name extends string>(): (labels: Labels<Name>) => Labels<Name> {
  const seen = new Set<string>();
  return (labels) => {
    const key = JSON.stringify(labels);
    if (seen.size < MAX_SERIES) seen.add(key);
    if (seen.has(key)) return labels;
    return Object.fromEntries(Object.keys(labels).map((name) => [name, 'other'])) as Labels<Name>;
  };
}
