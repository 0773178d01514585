/** A lifecycle hook of the app, e.g. `preInvocation`. */
export type Hook = (context: object) => unknown;

/** The class the worker offers for undoing a registration; the library extends and constructs it. */
export class Disposable {
  readonly dispose: () => void;

  constructor(dispose: () => void) {
    this.dispose = dispose;
  }

  /** Combines several into one. */
  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }
}

/** Hooks by name; they run one after the other, in the order they were registered. */
export interface HookRegistry {
  register(name: string, hook: Hook): Disposable;
  run(name: string, context: object): Promise<void>;
}

/** An empty registry. */
export const hookRegistry = (): HookRegistry => {
  const hooks = new Map<string, Set<Hook>>();
  return {
    register(name, hook) {
      const list = hooks.get(name) ?? new Set<Hook>();
      hooks.set(name, list.add(hook));
      return new Disposable(() => {
        list.delete(hook);
      });
    },
    async run(name, context) {
      for (const hook of hooks.get(name) ?? []) await hook(context);
    },
  };
};
