import { listOf, ofType, type Resource, type Rule, type Template, targetOf, under } from './template.js';

/** One statement of a role's policies. */
export interface Statement {
  readonly effect: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
}

/** The statements of a policy. */
export const statementsIn = (policy: unknown): readonly Statement[] =>
  listOf(under(policy, 'PolicyDocument.Statement')).map((statement) => ({
    effect: under(statement, 'Effect'),
    actions: listOf(under(statement, 'Action')).map(String),
    resources: listOf(under(statement, 'Resource')),
  }));

/** The statements of a role's own policies. */
export const statementsOf = ({ Properties }: Resource): readonly Statement[] =>
  listOf(Properties['Policies']).flatMap(statementsIn);

/** The role of a function: its name in the template. */
export const roleOf = ({ Properties }: Resource): string | undefined => targetOf(Properties['Role']);

/** What stands where the name of a resource does: behind the account, and behind `table/` or the like, which S3 has not. */
const RESOURCE = /^arn:[^:]*:(?:s3:[^:]*:[^:]*:|[^:]*:[^:]*:[^:]*:(?:[\w-]+[:/])?)(.*)$/;

/** `…:table/name`, `…:name/*` and `…:secret:prefix*` name something; a star in place of a name names all there is. */
const namesAll = (resource: unknown): boolean => {
  const text = typeof resource === 'string' ? resource : under(resource, 'Fn::Sub');
  if (typeof text !== 'string') return false;
  // Pseudo parameters have colons of their own.
  const plain = text.replace(/\$\{[^}]*\}/g, 'x');
  return (RESOURCE.exec(plain)?.[1] ?? plain).startsWith('*');
};

/** Policies of their own count like those within a role. */
const given = (template: Template): readonly (readonly [string, readonly Statement[]])[] => [
  ...ofType(template, 'AWS::IAM::Role').map(([name, role]) => [name, statementsOf(role)] as const),
  ...ofType(template, 'AWS::IAM::Policy').map(
    ([name, { Properties }]) => [name, statementsIn(Properties)] as const,
  ),
];

/** X-Ray has nothing that could be named (Service Authorization Reference, "Actions defined by AWS X-Ray"). */
const NAMELESS: ReadonlySet<string> = new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']);

const precise: Rule = (template) =>
  given(template).flatMap(([name, statements]) =>
    statements.flatMap(({ effect, actions, resources }) => [
      ...actions.filter((action) => action.includes('*')).map((action) => `${name} allows ${action}`),
      ...(effect === 'Allow' && resources.some(namesAll) && !actions.every((action) => NAMELESS.has(action))
        ? [`${name} allows ${actions.join(', ')} on everything: name what it is about`]
        : []),
    ]),
  );

const lent: Rule = (template) =>
  ofType(template, 'AWS::IAM::Role').flatMap(([name, { Properties }]) => [
    ...(listOf(Properties['ManagedPolicyArns']).length > 0
      ? [`${name} has a managed policy, which allows more than this function needs`]
      : []),
    ...listOf(under(Properties, 'AssumeRolePolicyDocument.Statement'))
      .filter((one) => {
        const service = String(under(one, 'Principal.Service'));
        return service !== 'lambda.amazonaws.com' && service !== 'scheduler.amazonaws.com';
      })
      .map(() => `${name} may be assumed by others than Lambda`),
  ]);

const functionsOf = (template: Template) => ofType(template, 'AWS::Lambda::Function');

const ownRole: Rule = (template) => {
  const roles = functionsOf(template).map(([name, one]) => [name, roleOf(one)] as const);
  return roles
    .filter(([, role], i) => role === undefined || roles.findIndex(([, other]) => other === role) !== i)
    .map(([name]) => `${name} has no role of its own`);
};

/** Longest environment of a function. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_ENVIRONMENT = 4096;

const noSecrets: Rule = (template) =>
  functionsOf(template).flatMap(([name, { Properties }]) => {
    const variables = Object.entries(under(Properties, 'Environment.Variables') ?? {});
    const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(variables)));
    return [
      ...variables
        .filter(([key]) => key.startsWith('TRIBUTARY_SECRET_'))
        .map(([key]) => `${name} has a secret in its environment: ${key}`),
      ...variables
        .filter(([key]) => /_(?:KEY|CONNECTION)$/.test(key))
        .filter(([, value]) => value !== '' && !String(value).startsWith('secret:'))
        .map(([key]) => `${name}: ${key} must name a secret (secret:NAME), not hold it`),
      ...(bytes > MOST_ENVIRONMENT ? [`${name} has ${bytes} bytes of environment; Lambda takes 4096`] : []),
    ];
  });

/** Who may do what: each function for itself, exactly what it is for, and no secret where everybody can read it. */
export const ACCESS_RULES: readonly Rule[] = [precise, lent, ownRole, noSecrets];
