/** A value that Azure Resource Manager works out when it deploys: in the template a text in brackets. */
export class Expression {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The member of that name of what this gives. */
  member(name: string): Expression {
    return new Expression(`${this.text}.${name}`);
  }

  toJSON(): string {
    return `[${this.text}]`;
  }
}

/** What may stand where the template language takes a value. */
export type Operand = Expression | string | number | boolean;

const write = (operand: Operand): string => {
  if (operand instanceof Expression) return operand.text;
  if (typeof operand === 'string') return `'${operand.replaceAll("'", "''")}'`;
  // There are no literals for them.
  if (typeof operand === 'boolean') return `${operand}()`;
  return String(operand);
};

/** A call of a template function. https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions */
export const call = (name: string, ...operands: readonly Operand[]): Expression =>
  new Expression(`${name}(${operands.map(write).join(', ')})`);

/** Texts one after the other. */
export const concat = (...operands: readonly Operand[]): Expression => call('concat', ...operands);

/** The id of a resource of this resource group. */
export const idOf = (type: string, ...names: readonly Operand[]): Expression =>
  call('resourceId', type, ...names);

/** A value, which may have expressions at any depth. */
export type Value = Operand | null | readonly Value[] | { readonly [name: string]: Value | undefined };

/** A resource of a template. Its names are checked against the types that Microsoft publishes, by test. */
export interface Resource {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: Operand;
  /** Unless false it is deployed. */
  readonly condition?: Expression;
  /** Of roles and diagnostic settings: the resource they are for. */
  readonly scope?: Expression;
  readonly dependsOn?: readonly Expression[];
  readonly [member: string]: Value | undefined;
}

/** A parameter of a template. */
export interface Parameter {
  readonly type: 'string' | 'int' | 'bool' | 'array' | 'object' | 'secureString';
  readonly defaultValue?: Value;
  readonly allowedValues?: readonly (string | number)[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly metadata: { readonly description: string };
}

/** A template as Azure Resource Manager takes it. https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax */
export interface Template {
  readonly $schema: string;
  readonly contentVersion: string;
  readonly metadata: { readonly description: string };
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly variables: Readonly<Record<string, Value>>;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, { readonly type: string; readonly value: Value }>>;
}

/** A template for a resource group. */
export const template = (
  description: string,
  parts: Pick<Template, 'parameters' | 'variables' | 'resources' | 'outputs'>,
): Template => ({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  metadata: { description },
  ...parts,
});
