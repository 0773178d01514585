import * as z from 'zod';

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});
/** One resource of a CloudFormation template. */
export type Resource = z.infer<typeof Resource>;

/** A CloudFormation template, as far as it is looked at here. */
export const Template = z.looseObject({ Resources: z.record(z.string(), Resource) });
export type Template = z.infer<typeof Template>;

/** What a rule has to say against a template; nothing if it is as it must be. */
export type Rule = (template: Template) => readonly string[];

/** The resources of a type, by their names in the template. */
export const ofType = ({ Resources }: Template, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(Resources).filter(([, one]) => one.Type === type);

/** What stands under a path of members in a resource's properties; `undefined` when nothing does. */
export function under(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => {
    const holds = typeof at === 'object' && at !== null && Object.hasOwn(at, step);
    // An own member of a parsed template; `unknown` again at once.
    return holds ? (at as Record<string, unknown>)[step] : undefined;
  }, value);
}

/** The resource that `Ref`, `Fn::GetAtt` or a branch of `Fn::If` leads to: its name in the template. */
export function targetOf(value: unknown): string | undefined {
  const ref = under(value, 'Ref');
  if (typeof ref === 'string') return ref;
  const [name] = listOf(under(value, 'Fn::GetAtt'));
  if (typeof name === 'string') return name;
  const branches = listOf(under(value, 'Fn::If')).slice(1);
  return branches.map(targetOf).find((found) => found !== undefined);
}

/** A list as it is, anything else as a list of one, nothing as an empty one. */
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
