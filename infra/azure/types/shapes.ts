/** What a value may be. `any` is a value whose inside is not described. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'any'
  | { readonly enum: readonly string[] }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly object: Members }
  | { readonly model: string };

/** A member of an object. */
export interface Member {
  readonly shape: Shape;
  readonly required?: true;
  /** Said by the service, never to it. */
  readonly readOnly?: true;
}

export type Members = Readonly<Record<string, Member>>;

/** An object by name, so that models can contain each other. */
export interface Model {
  readonly members: Members;
  /** Which member tells which other model it is, by that member's value. */
  readonly variants?: { readonly by: string; readonly models: Readonly<Record<string, string>> };
}

/** Shapes of ARM types, as far as our templates need them. */
export interface ArmTypes {
  readonly types: Readonly<Record<string, { readonly package: string; readonly model: string }>>;
  /** By package and name. */
  readonly models: Readonly<Record<string, Model>>;
}
