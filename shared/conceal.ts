import { Fault } from './core/fault.js';

/** `    at name (file:line:column)`, as V8 writes it. https://v8.dev/docs/stack-trace-api */
const FRAME = /^ {4}at \S.*(?::\d+:\d+|<anonymous>|native|index \d+)\)?$/;
/** What stands before the message, and alone where there is none: the name of a class, and Node's code. */
const HEAD = /^[\w$]+(?: \[\w+\])?/;
const NAME = /^[A-Za-z_$][\w$]{0,60}$/;

/**
 * Stack frames say where; before them a stack repeats the message, of which a line may look like a frame. So they are taken
 * from behind the message only, and there are none where it cannot be found: somebody has changed one of the two.
 */
function frames({ message, stack = '' }: Error): string {
  const head = `${HEAD.exec(stack)?.[0] ?? ''}${message === '' ? '' : `: ${message}`}`;
  if (!stack.startsWith(head)) return '';
  const [rest = '', ...lines] = stack.slice(head.length).split('\n');
  const end = lines.findIndex((line) => !FRAME.test(line));
  return rest === '' || rest === ': ' ? lines.slice(0, end < 0 ? lines.length : end).join('\n') : '';
}

/**
 * What of an error may reach a platform's logs. A {@link Fault} is fit for them, its cause is not; the message of any
 * other error may quote its input (`JSON.parse` does), so only its name and frames get out.
 */
export const concealed = (error: unknown): Error => {
  if (error instanceof Fault) {
    const fault = new Fault(error.code, error.message);
    if (error.stack !== undefined) fault.stack = error.stack;
    return fault;
  }
  const bare = new Error('An unexpected error; its message is withheld because it may quote personal data.');
  if (error instanceof Error) {
    bare.name = NAME.test(error.name) ? error.name : 'Error';
    bare.stack = `${bare.name}: ${bare.message}\n${frames(error)}`;
  }
  return bare;
};
