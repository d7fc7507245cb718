/**
 * Items in the form of a DynamoDB export, which the engine imports many times faster than it takes writes:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 */
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip, constants as zlib } from "node:zlib";
import { dynamoDbFile, findBinary } from "@attune/local/engines/dynamodb";
import { tableInput } from "@attune/local/resources/tables";
import { type Table, type TableName, tables } from "@attune/topology/tables";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

export type Image = Readonly<Record<string, AttributeValue>>;

/** An item as DynamoDB writes it. */
export const imageOf = (item: object): Image =>
  marshall({ ...item }, { removeUndefinedValues: true });

/** Bytes are base64 in an export. */
const jsonOf = (image: Image) =>
  JSON.stringify({
    Item: Object.fromEntries(
      Object.entries(image).map(([name, value]) => [
        name,
        value.B === undefined ? value : { B: Buffer.from(value.B).toString("base64") },
      ]),
    ),
  });

/** Writes the `part`-th file of a table's items. */
export async function writePart(
  archive: string,
  table: TableName,
  part: number,
  images: readonly Image[],
): Promise<void> {
  const folder = join(archive, "tables", table, "data");
  await mkdir(folder, { recursive: true });
  const bytes = await promisify(gzip)(images.map(jsonOf).join("\n"), { level: zlib.Z_BEST_SPEED });
  await writeFile(join(folder, `${String(part).padStart(6, "0")}.json.gz`), bytes);
}

/** Makes the engine's file in `dataDir`: the tables of the topology, with the archive's items. */
export async function importArchive(archive: string, dataDir: string): Promise<void> {
  const schema = join(archive, "schema.json");
  const descriptions = Object.entries<Table>(tables).map(([name, table]) => ({
    Table: { ...tableInput(name, table), TableStatus: "ACTIVE" },
  }));
  await writeFile(schema, JSON.stringify(descriptions));
  await promisify(execFile)(findBinary(`${process.platform}-${process.arch}`), [
    ...["import", "--source", join(archive, "tables"), "--schema", schema],
    ...["--output", dynamoDbFile(dataDir)],
  ]);
}
