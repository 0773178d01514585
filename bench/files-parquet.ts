import { parquetWriteBuffer } from 'hyparquet-writer';
import { openTable } from '../shared/files/formats/open-table.js';
import { held } from './files-rows.js';

/** The same table as a CSV file, as Parquet with row groups of 5,000 rows. */
export async function parquetOf(csv: Uint8Array): Promise<Uint8Array> {
  const table = await openTable(held('export.csv', csv), {});
  const columns = new Map((table.columns ?? []).map((name): [string, unknown[]] => [name, []]));
  for await (const rows of table.rows())
    for (const { cells } of rows)
      if (cells.ok) for (const [name, values] of columns) values.push(cells.value[name]);
  const columnData = [...columns].map(([name, data]) => ({
    name,
    data,
    type: 'STRING' as const,
    nullable: true,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 5000 }));
}
