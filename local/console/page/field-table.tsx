import type { Json } from '../../../shared/core/ports.js';
import { Text, Value } from './text.js';

interface Field {
  readonly name: string;
  readonly value: Json | undefined;
}

/** Fields of a row, each with its value. */
export const FieldTable = ({ fields }: { readonly fields: readonly Field[] }) => (
  <table class="plain fields">
    <tbody>
      {fields.map(({ name, value }) => (
        <tr key={name}>
          <th scope="row">
            <Text value={name} />
          </th>
          <td>
            <Value value={value} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
