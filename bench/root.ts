/** The project's root, whether this runs from dist/bench or from bench. */
export const ROOT = import.meta.dirname.replace(/(?:[\\/]dist)?[\\/]bench$/, '');
