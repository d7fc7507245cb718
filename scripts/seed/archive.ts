/**
 * Items in the form of a DynamoDB export, which the engine imports many times faster than it takes writes:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip, constants as zlib } from "node:zlib";
import { dynamoDbFile, findBinary } from "@attune/local/engines/dynamodb";
import { tableInput } from "@attune/local/resources/tables";
import { type Table, type TableName, tables } from "@attune/topology/tables";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

export type Image = Record<string, AttributeValue>;

const folderOf = (archive: string, table: TableName) => join(archive, "tables", table, "data");

/** Writes the `part`-th file of a table's items; parts are imported in their order. */
export async function writePart(
  archive: string,
  table: TableName,
  part: number,
  items: readonly object[],
): Promise<void> {
  const folder = folderOf(archive, table);
  await mkdir(folder, { recursive: true });
  const lines = items.map((item) =>
    JSON.stringify({ Item: marshall({ ...item }, { removeUndefinedValues: true }) }),
  );
  const bytes = await promisify(gzip)(lines.join("\n"), { level: zlib.Z_BEST_SPEED });
  await writeFile(join(folder, `${String(part).padStart(6, "0")}.json.gz`), bytes);
}

/** The items of a table, part by part. */
export async function* readParts(archive: string, table: TableName): AsyncGenerator<Image[]> {
  const folder = folderOf(archive, table);
  for (const file of (await readdir(folder)).toSorted()) {
    const text = String(await promisify(gunzip)(await readFile(join(folder, file))));
    yield text.split("\n").map((line): Image => JSON.parse(line).Item);
  }
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
