import type pg from 'pg';
import type { Connection, Submittable } from 'pg';

/** What PostgreSQL says of a statement; types are object ids, and a domain's is that of the type under it. */
export interface Prepared {
  parameters: number[];
  /** `from` is the column of a table that this is, and nothing else: `16400.3`; absent for what is computed. */
  columns: { name: string; type: number; from?: string }[];
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

type Field = Pick<pg.FieldDef, 'name' | 'dataTypeID' | 'tableID' | 'columnID'>;

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
  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.found.columns = fields.map(({ name, dataTypeID, tableID, columnID }) => ({
      name,
      type: dataTypeID,
      ...(tableID ? { from: `${tableID}.${columnID}` } : {}),
    }));
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
