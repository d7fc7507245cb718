import { DatabaseSync } from "node:sqlite";
import { dynamoDbFile } from "./dynamodb.ts";

const dayInSeconds = 86_400;

/** A table's name → the sequence number up to which every consumer of its stream is done. */
export type Consumed = ReadonlyMap<string, bigint>;

/** Adds the indexes without which writes to a table with a stream slow down as records pile up. */
export function indexStreams(dataDir: string): void {
  withStreams(dataDir, (database) =>
    database.exec(`
      CREATE INDEX IF NOT EXISTS stream_order
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
      CREATE INDEX IF NOT EXISTS stream_shard_order
        ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));`),
  );
}

/**
 * Removes the records that are older than a day, as DynamoDB does, but unlike it only those that are
 * consumed. The last record of a table stays: the engine numbers the next one after it.
 */
export function trimStreams(dataDir: string, consumed: Consumed): void {
  withStreams(dataDir, (database) => {
    const trim = database.prepare(`
      DELETE FROM _stream_records
      WHERE table_name = ? AND CAST(sequence_number AS INTEGER) <= ?
        AND created_at < unixepoch() - ${dayInSeconds}
        AND CAST(sequence_number AS INTEGER) < (
          SELECT MAX(CAST(last.sequence_number AS INTEGER)) FROM _stream_records AS last
          WHERE last.table_name = _stream_records.table_name)`);
    for (const [table, until] of consumed) trim.run(table, until);
  });
}

function withStreams(dataDir: string, use: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(dynamoDbFile(dataDir), { timeout: 5_000 });
  try {
    use(database);
  } finally {
    database.close();
  }
}
