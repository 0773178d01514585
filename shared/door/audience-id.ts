/** Ids of other systems pass as well: a customer may have audiences from before, under aliases of their own. */
const ID = /^[\w.:-]{1,128}$/;

/** A macro that Adobe has left as it stands in the template. */
const MACRO = /\{\{[^{}]*\}\}|\{%[^{}]*%\}/;

/** Segments of our own addresses: where the id is empty, such a segment stands in its place. */
const OWN: ReadonlySet<string> = new Set(['notify', 'validate']);

/** What to say of an id that is not registered, and of one that none can have. */
export const NO_ID =
  'tributary knows no such audience id. Take the audience out of the destination and add it again.';

const LACKING =
  'the address of this call lacks the id of the audience: {{segment.alias}} was empty. Keep responseFields in the audience template as tributary adobe writes it, take the audience out of the destination and add it again.';

/** What to say of a text that holds a macro; undefined of any other. */
export function unrendered(text: string): string | undefined {
  const macro = MACRO.exec(text)?.[0].slice(0, 80);
  if (macro === undefined) return undefined;
  return `Adobe has not filled in ${macro}. Correct the macro in the audience template: spell it as tributary adobe writes it.`;
}

/** What to say of an id that no audience can have, for the person in Adobe's UI; undefined of a good one. */
export function idTrouble(id: string): string | undefined {
  return unrendered(id) ?? (ID.test(id) ? undefined : NO_ID);
}

/**
 * As {@link idTrouble}, of an id under which something is to be registered: none that stands for a part of an address, or
 * for what every object has. What is there under such an id can be looked at and removed.
 */
export function newIdTrouble(id: string): string | undefined {
  if (OWN.has(id)) return LACKING;
  return id in Object.prototype ? NO_ID : idTrouble(id);
}
