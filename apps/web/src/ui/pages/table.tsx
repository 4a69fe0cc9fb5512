import { Button, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorBoundary } from '../feedback/error-boundary';

export interface Column<T> {
  title: string;
  /** Of its cells, and `num` of its heading too: figures stand at the right. `short`: a few words, none of them cut in two. */
  className?: 'num' | 'code' | 'quiet' | 'short' | undefined;
  cell: (row: T) => ReactNode;
}

interface TableProps<T> {
  /** What it lists, for who cannot see it. */
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  /** What can be done with a row, at its right end. */
  actions?: (row: T, at: number) => ReactNode;
  /** On a phone each row is a few lines below each other, for texts that would be squeezed side by side. */
  stacks?: boolean;
}

/** A list as a table: a heading for each column, a line for each row. One row that throws leaves the others alone. */
export function Table<T extends { id: string }>({ label, rows, columns, actions, stacks }: TableProps<T>) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      {/* The roles stay where rows are drawn as blocks. */}
      <table className={stacks ? 'table table-stacks' : 'table'} role="table">
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ title, className }) => (
              <th key={title} role="columnheader" className={className === 'num' ? 'num' : undefined}>
                {title}
              </th>
            ))}
            {actions ? (
              <th role="columnheader">
                <span className="visually-hidden">Actions</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, at) => (
            <ErrorBoundary
              key={row.id}
              what="This row could not be shown"
              room={{ columns: columns.length + (actions ? 1 : 0) }}
              of={row}
            >
              <Row row={row} at={at} columns={columns} actions={actions} />
            </ErrorBoundary>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row<T>({ row, at, columns, actions }: Pick<TableProps<T>, 'columns' | 'actions'> & { row: T; at: number }) {
  return (
    <tr role="row">
      {columns.map(({ title, className, cell }) => (
        <td key={title} role="cell" className={className}>
          {cell(row)}
        </td>
      ))}
      {actions ? (
        <td role="cell" className="num table-actions">
          {actions(row, at)}
        </td>
      ) : null}
    </tr>
  );
}

interface RowButtonProps extends Pick<ButtonProps, 'disabled' | 'children'> {
  /** It takes something away. */
  danger?: boolean;
  onClick: () => void;
  'aria-label'?: string;
  'aria-expanded'?: boolean;
}

/** Something to do with one row. */
export function RowButton({ danger, ...rest }: RowButtonProps) {
  return <Button variant="subtle" size="compact-sm" {...(danger ? { color: 'danger' } : {})} {...rest} />;
}
