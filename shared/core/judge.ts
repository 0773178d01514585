import type { Condition } from './condition.js';
import type { Expression } from './expression.js';
import { readExpression } from './expression-reader.js';
import type { Result } from './fault.js';
import { judgeTest } from './judge-test.js';
import { declared, quote } from './names.js';
import type { FilePath, Judge, Scope } from './scope.js';
import type { Looking, Reads } from './tools.js';

/** Deepest that `all`, `any` and `not` may nest. */
const MOST_DEPTH = 20;

/** Stands for what could not be compiled, which a finding tells: nothing runs with it. */
const NEVER: Judge = { holds: () => false, trace: () => ({ text: 'not readable', holds: false }) };

/**
 * Compiles a condition to closures. What is wrong with it is reported to the scope at `at`, the place of the condition in
 * the file, or of the part of it that is wrong.
 */
export function judgeOf(condition: Condition, scope: Scope, at: FilePath): Judge {
  return new Compiler(scope, at.length).judge(condition, at);
}

class Compiler {
  private readonly scope: Scope;
  private readonly top: number;
  /** Whether an odd number of `not` stands around what is being compiled. */
  private inverted = false;

  constructor(scope: Scope, top: number) {
    this.scope = scope;
    this.top = top;
  }

  judge(condition: Condition, at: FilePath): Judge {
    // A member and a place in its list for each level.
    if (at.length - this.top > 2 * MOST_DEPTH)
      return this.fault(at, `is nested deeper than ${MOST_DEPTH} levels`);
    if (typeof condition === 'string') return this.text(condition, at);
    if ('all' in condition) return judgeAll('and', this.each(condition.all, [...at, 'all']));
    if ('any' in condition) return judgeAll('or', this.each(condition.any, [...at, 'any']));
    if ('not' in condition) return this.not(condition.not, [...at, 'not']);
    if ('cel' in condition) return this.cel(condition.cel, [...at, 'cel']);
    return this.named(condition.function, [...at, 'function']);
  }

  private not(condition: Condition, at: FilePath): Judge {
    this.inverted = !this.inverted;
    const judge = this.judge(condition, at);
    this.inverted = !this.inverted;
    return negate(judge);
  }

  private each(conditions: readonly Condition[], at: FilePath): readonly Judge[] {
    return conditions.map((condition, i) => this.judge(condition, [...at, i]));
  }

  private text(source: string, at: FilePath): Judge {
    const read = readExpression(source);
    if (read.ok) return this.expression(read.expression, at);
    return this.fault(at, `at character ${read.at + 1}: ${read.message}`);
  }

  private expression(expression: Expression, at: FilePath): Judge {
    if (expression.kind === 'not') return negate(this.expression(expression.item, at));
    if (expression.kind !== 'test') {
      const judges = expression.items.map((item) => this.expression(item, at));
      return judgeAll(expression.kind, judges);
    }
    const judge = judgeTest(expression.test, this.scope);
    if (judge.ok) return judge.value;
    return this.fault(at, `at character ${expression.test.at + 1}: ${judge.fault.message}`);
  }

  private cel(source: string, at: FilePath): Judge {
    const compiled = this.scope.tools.cel(source);
    if (compiled.ok) return this.borrowed(source, compiled.value, at);
    for (const slip of compiled.slips) this.scope.find(at, `at character ${slip.at + 1}: ${slip.message}`);
    return NEVER;
  }

  private named(name: string, at: FilePath): Judge {
    const { functions } = this.scope.tools;
    const found = functions.get(name);
    if (found?.kind === 'rule') return this.borrowed(`function ${name}`, found, at);
    if (found) return this.fault(at, `${quote(name)} is a mapping; a condition needs what defineRule made`);
    const rules = [...functions].filter(([, { kind }]) => kind === 'rule').map(([key]) => key);
    const none = 'no file of functions is loaded: name it in TRIBUTARY_FUNCTIONS';
    const known = functions.size === 0 ? none : declared(name, rules, 'exported');
    this.scope.find(at, `there is no function named ${quote(name)}; ${known}`, 'config.unknown-name');
    return NEVER;
  }

  /**
   * What a library or the customer's function decides. Where it cannot, that counts against the whole condition, also
   * under a `not`: an expression that fails for everybody must not apply to everybody.
   */
  private borrowed(
    text: string,
    { reads, holds }: { readonly reads: Reads; readonly holds: (looking: Looking) => Result<boolean> },
    at: FilePath,
  ): Judge {
    const look = this.scope.looking(reads, at);
    const undecided = this.inverted;
    return {
      holds: (sight) => {
        const result = holds(look(sight));
        return result.ok ? result.value : undecided;
      },
      trace: (sight) => {
        const result = holds(look(sight));
        if (result.ok) return { text, holds: result.value };
        return { text, holds: undecided, why: `not decided: ${result.fault.message}` };
      },
    };
  }

  private fault(at: FilePath, message: string): Judge {
    this.scope.find(at, message);
    return NEVER;
  }
}

function judgeAll(kind: 'and' | 'or', judges: readonly Judge[]): Judge {
  const holds: Judge['holds'] =
    kind === 'and'
      ? (sight) => judges.every((judge) => judge.holds(sight))
      : (sight) => judges.some((judge) => judge.holds(sight));
  return {
    holds,
    trace: (sight) => ({
      text: kind === 'and' ? 'all of' : 'any of',
      holds: holds(sight),
      items: judges.map((judge) => judge.trace(sight)),
    }),
  };
}

const negate = (judge: Judge): Judge => ({
  holds: (sight) => !judge.holds(sight),
  trace: (sight) => ({ text: 'not', holds: !judge.holds(sight), items: [judge.trace(sight)] }),
});
