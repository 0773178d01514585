/** A JSON object. */
export type Members = Readonly<Record<string, unknown>>;

/** True for a JSON object, as opposed to a list, a bare value or null. */
export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The audience namespace that a call grouped by audience is about; that of the Segmentation Service unless it says. */
export function namespaceOf({ audienceNamespace }: Members): string {
  return typeof audienceNamespace === 'string' && audienceNamespace !== '' ? audienceNamespace : 'ups';
}
