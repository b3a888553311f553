import { parser } from '@prometheus-io/lezer-promql';

/** The names of the metrics that a PromQL expression reads. Throws where it is no PromQL. */
export function metricNames(expression: string): string[] {
  const names: string[] = [];
  // The parser goes on after an error, and marks it.
  parser.parse(expression).iterate({
    enter: ({ type, name, from, to }) => {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expression}`);
      if (name === 'VectorSelector') {
        const [selected = ''] = /^[\w:]+/.exec(expression.slice(from, to)) ?? [];
        if (selected === '') throw new Error(`a selector without a name: ${expression}`);
        names.push(selected);
      }
    },
  });
  return names;
}
