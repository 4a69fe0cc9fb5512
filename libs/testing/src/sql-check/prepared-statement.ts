import type pg from 'pg';
import type { Connection, Submittable } from 'pg';

/** What PostgreSQL says of a statement; types are object ids, and a domain's is that of the type under it. */
export interface Prepared {
  parameters: number[];
  columns: { name: string; type: number }[];
}

/**
 * Has a statement parsed, and asks for what it takes and returns. It is not executed.
 * @throws pg's DatabaseError when it cannot be parsed: a table, column or function that does not exist, types that do
 * not fit each other, a parameter whose type nothing tells
 */
export function prepare(client: pg.Client, text: string): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    client.query(new Describe(text, (error, found) => (error ? reject(error) : resolve(found))));
  });
}

class Describe implements Submittable {
  private readonly found: Prepared = { parameters: [], columns: [] };
  private connection: Connection | undefined;

  constructor(
    private readonly text: string,
    private readonly done: (error: Error | undefined, found: Prepared) => void,
  ) {}

  private readonly takeParameters = ({ dataTypeIDs }: { dataTypeIDs: number[] }): void => {
    this.found.parameters = dataTypeIDs;
  };

  submit(connection: Connection): void {
    this.connection = connection;
    connection.on('parameterDescription', this.takeParameters);
    connection.parse({ name: '', text: this.text, types: [] }, true);
    connection.describe({ type: 'S', name: '' }, true);
    connection.sync();
  }

  /** Called by the client, as the other two. */
  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    this.found.columns = fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }));
  }

  handleError(error: Error): void {
    this.end(error);
  }

  handleReadyForQuery(): void {
    this.end(undefined);
  }

  private end(error: Error | undefined): void {
    this.connection?.off('parameterDescription', this.takeParameters);
    this.done(error, this.found);
  }
}
