import { Composer, type Document, Lexer, Parser } from 'yaml';

/** What is wrong with the text, and where: offset from its start, in UTF-16 units. */
export interface TextFault {
  readonly offset: number;
  readonly message: string;
}

/** Deepest nesting that is read. */
export const MAX_DEPTH = 100;

/** One slip often makes a parser stumble over all that follows. */
export const MAX_FAULTS = 20;

/** What is said of deeper nesting. */
export const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`;

const TWO_DOCUMENTS = 'a second document begins here; the file is one document, without "---" in between';

/** Ends the reading of a text about which enough has been found. */
class Enough extends Error {}

/** The tokens of a text; throws at the bracket that opens one level too many. */
function* tokensOf(text: string) {
  const parser = new Parser();
  let depth = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') depth += 1;
    else if (lexeme === ']' || lexeme === '}') depth -= 1;
    if (depth > MAX_DEPTH) throw new Enough(String(offset));
    offset = parser.offset;
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

/** How the library tells of an error or warning. */
type Tell = (
  source: number | readonly [number, ...unknown[]] | { readonly offset: number },
  code: string,
  message: string,
  warning?: boolean,
) => void;

const offsetOf = (source: Parameters<Tell>[0]): number =>
  typeof source === 'number' ? source : 'offset' in source ? source.offset : source[0];

/** The same fault is often found twice. */
const distinct = (faults: readonly TextFault[]): readonly TextFault[] =>
  [...new Map(faults.map((fault) => [`${fault.offset} ${fault.message}`, fault])).values()].slice(
    0,
    MAX_FAULTS,
  );

function compose(text: string, faults: TextFault[]): Document | undefined {
  // Keys are checked by our own walk: the library compares each with every other, minutes for a long list.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false });
  const tell: Tell = composer['onError'];
  // Thousands of errors, each with a stack, take many seconds: the library has no other place to stop it.
  const counting: Tell = (source, code, message, warning) => {
    tell(source, code, message, warning);
    if (faults.push({ offset: offsetOf(source), message }) >= 2 * MAX_FAULTS) throw new Enough();
  };
  composer['onError'] = counting;
  let first: Document | undefined;
  for (const document of composer.compose(tokensOf(text), true, text.length)) {
    if (first) {
      faults.push({ offset: document.range[0], message: TWO_DOCUMENTS });
      break;
    }
    first = document;
    if (document.directives.yaml.version !== '1.2')
      faults.push({ offset: 0, message: 'the file must be YAML 1.2; remove the %YAML line' });
  }
  return first;
}

/** Reads a text as one YAML 1.2 document, or tells what is wrong with it. Ends soon, whatever the text is, and does not throw. */
export function parseYaml(text: string): Document | readonly TextFault[] {
  const faults: TextFault[] = [];
  try {
    const document = compose(text, faults);
    return document && faults.length === 0 ? document : distinct(faults);
  } catch (error) {
    if (faults.length > 0) return distinct(faults);
    const deep = error instanceof Enough || (error instanceof Error && error.message.includes('call stack'));
    const offset = error instanceof Enough ? Number(error.message) : 0;
    const message = error instanceof Error ? error.message : 'the YAML cannot be read';
    return [{ offset, message: deep ? TOO_DEEP : message }];
  }
}
