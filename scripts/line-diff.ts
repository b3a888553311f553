const CONTEXT_LINES = 2;

/** What turns `before` into `after`: lines after '-' go, lines after '+' come; '' when they are the same. */
export function lineDiff(before: string, after: string): string {
  const marked = markLines(before.split('\n'), after.split('\n'));
  const changed = marked.flatMap(({ mark }, index) => (mark === ' ' ? [] : [index]));
  const isNear = (index: number) => changed.some((at) => Math.abs(at - index) <= CONTEXT_LINES);
  return marked
    .map((line, index) => ({ ...line, index }))
    .filter(({ index }) => isNear(index))
    .map(({ mark, text, index }, position, shown) => {
      const gap = position > 0 && shown[position - 1]?.index !== index - 1;
      return `${gap ? '…\n' : ''}${mark} ${text}`;
    })
    .join('\n');
}

interface MarkedLine {
  mark: ' ' | '-' | '+';
  text: string;
}

function markLines(before: readonly string[], after: readonly string[]): MarkedLine[] {
  const common = commonLengths(before, after);
  const length = (i: number, j: number) => common[i]?.[j] ?? 0;
  const marked: MarkedLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      marked.push({ mark: ' ', text: before[i++] ?? '' });
      j++;
    } else if (j === after.length || (i < before.length && length(i + 1, j) >= length(i, j + 1)))
      marked.push({ mark: '-', text: before[i++] ?? '' });
    else marked.push({ mark: '+', text: after[j++] ?? '' });
  }
  return marked;
}

/** [i][j]: how many lines the ends of both texts, from line i and line j on, have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i] ?? [];
      const below = lengths[i + 1] ?? [];
      row[j] = before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  return lengths;
}
