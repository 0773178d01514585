/** What is still to be written: text as it is, or a value. */
type Rest = { readonly text: string } | { readonly value: unknown };

function numberText(value: number): string {
  // JSON.parse knows how to read these, but JSON.stringify not how to write them.
  if (Object.is(value, -0)) return '-0';
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  return value === Number.NEGATIVE_INFINITY ? '-1e999' : JSON.stringify(value);
}

const plainText = (value: unknown): string =>
  typeof value === 'number' ? numberText(value) : (JSON.stringify(value) ?? 'null');

/** The parts of a list or object in reverse, for a stack. */
function partsOf(value: object): Rest[] {
  const isList = Array.isArray(value);
  const members: Rest[][] = isList
    ? value.map((item: unknown) => [{ value: item }])
    : Object.entries(value).map(([key, item]) => [{ text: `${JSON.stringify(key)}:` }, { value: item }]);
  const parts = members.flatMap((member, i) => (i === 0 ? member : [{ text: ',' }, ...member]));
  return [{ text: isList ? '[' : '{' }, ...parts, { text: isList ? ']' : '}' }].reverse();
}

/**
 * JSON text that JSON.parse reads back as the very value it once gave: `-0` and numbers beyond the range survive, and no
 * depth is too deep, as JSON.parse accepts more of it than JSON.stringify.
 */
export function exactJson(root: unknown): string {
  const out: string[] = [];
  const rest: Rest[] = [{ value: root }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if ('text' in next) out.push(next.text);
    else if (typeof next.value !== 'object' || next.value === null) out.push(plainText(next.value));
    else for (const part of partsOf(next.value)) rest.push(part);
  }
  return out.join('');
}
