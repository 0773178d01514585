import { NO_TOOLS, type Tools } from '../core/tools.js';

/** One library: the words without which no rule can need it, and what it gives. */
interface Library {
  readonly words: RegExp;
  readonly load: () => Promise<Partial<Tools>>;
}

const LIBRARIES: readonly Library[] = [
  {
    words: /\bmatches\b/,
    load: async () => ({ pattern: (await import('./pattern.js')).linearPattern }),
  },
  {
    words: /\bcel\b/,
    load: async () => ({ cel: (await import('./cel.js')).celCompiler() }),
  },
  {
    words: /\bliquid\b/,
    load: async () => ({ liquid: (await import('./liquid.js')).liquidText }),
  },
  {
    words: /\bdate\b/,
    load: async () => ({ date: (await import('./date.js')).dateText }),
  },
  {
    words: /\bphone\b/,
    load: async () => ({ phone: (await import('./phone.js')).phoneNumber }),
  },
  {
    words: /\bsha256\b/,
    load: async () => ({ sha256: (await import('./sha256.js')).sha256 }),
  },
];

/**
 * The tools a rule file needs, judged by the words in its text: a library that no rule uses is never loaded, which is
 * what keeps a cold start short. A word in a comment loads one too many, no more. `functions` is the customer's file of
 * functions; the rule file cannot name it, so that whoever may write rules cannot run code. Throws a `config.*` Fault when
 * that file is asked for and cannot be used.
 */
export async function toolsFor(text: string, functions?: string): Promise<Tools> {
  const needed = LIBRARIES.filter(({ words }) => words.test(text));
  const parts = await Promise.all(needed.map(({ load }) => load()));
  const own = functions !== undefined && /\bfunction\b/.test(text) ? await functionsIn(functions) : {};
  return Object.assign({}, NO_TOOLS, ...parts, own);
}

async function functionsIn(file: string): Promise<Pick<Tools, 'functions'>> {
  const loaded = await (await import('./functions.js')).loadFunctions(file);
  if (!loaded.ok) throw loaded.fault;
  return { functions: loaded.value };
}
