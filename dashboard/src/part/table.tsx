import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { Button } from './button.js';
import { Empty } from './empty.js';
import { ErrorNote } from './error.js';
import { Icon } from './icon.js';
import { Loading } from './loading.js';
import type { PageList } from './page-list.js';
import styles from './table.module.css';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** `end`: for figures, so that their digits stand below each other. */
  align?: 'end';
  /** Left out where the screen is narrow. */
  wideOnly?: boolean;
  /** What the API sorts by; without it the header is no button. */
  sortBy?: string;
}

export interface Sorting {
  by: string;
  isDescending: boolean;
  onSort: (by: string, isDescending: boolean) => void;
}

export interface TableProps<Row> {
  /** What the rows are: the table's name. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  sorting?: Sorting | undefined;
  /** A sentence below the rows. */
  foot?: ReactNode;
}

/** More rows than this are not all in the document. */
const MOST_IN_DOCUMENT = 200;
const ROW_HEIGHT = 44;

/** Rows of figures. Hundreds of them are as fast as ten: only what is in view is in the document. */
export function Table<Row>(props: TableProps<Row>): ReactElement {
  const { caption, columns, rows, foot } = props;
  return (
    <div className={styles.frame}>
      {/* It can be moved by keyboard where it is wider than the screen. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.scroller} role="region" aria-label={caption} tabIndex={0}>
        <table className={styles.table} aria-rowcount={rows.length + 1}>
          <caption className="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Header key={column.key} column={column} sorting={props.sorting} />
              ))}
            </tr>
          </thead>
          {rows.length > MOST_IN_DOCUMENT ? <RowsInView {...props} /> : <AllRows {...props} />}
        </table>
      </div>
      {foot !== undefined && <div className={styles.foot}>{foot}</div>}
    </div>
  );
}

interface ListTableProps<Row> extends Omit<TableProps<Row>, 'rows' | 'foot'> {
  list: PageList<Row>;
  /** A plural, such as "customers". */
  what: string;
  empty: ReactNode;
}

/** A list of the API as a table: loading, empty, refused, and "load more" by cursor. */
export function ListTable<Row>({ list, what, empty, ...rest }: ListTableProps<Row>): ReactElement {
  const { items, error, again, hasMore, askForMore, isAskingForMore, isAsking } = list;
  const note = error !== null && (
    <div className={styles.note}>
      <ErrorNote error={error} onRetry={again} busy={isAsking} />
    </div>
  );
  if (items === undefined) return <>{note !== false ? note : <Loading what={what} lines={8} />}</>;
  if (items.length === 0) return <>{note !== false ? note : (empty ?? <Empty title={`No ${what}`} />)}</>;
  const foot = (
    <>
      <span role="status">
        {items.length.toLocaleString()} shown{hasMore ? ', there are more' : ''}
      </span>
      {hasMore && (
        <Button small onClick={askForMore} busy={isAskingForMore}>
          Load more
        </Button>
      )}
    </>
  );
  return (
    <>
      {note}
      <Table {...rest} rows={items} foot={foot} />
    </>
  );
}

function Header<Row>({ column, sorting }: { column: Column<Row>; sorting: Sorting | undefined }): ReactElement {
  const { header, sortBy } = column;
  if (sortBy === undefined || sorting === undefined) return <th scope="col" className={classOf(column)}>{header}</th>;
  const isSorted = sorting.by === sortBy;
  return (
    <th scope="col" className={classOf(column)} aria-sort={!isSorted ? 'none' : sorting.isDescending ? 'descending' : 'ascending'}>
      <button type="button" className={styles.sort} onClick={() => sorting.onSort(sortBy, isSorted ? !sorting.isDescending : false)}>
        {header}
        <span className={isSorted ? undefined : styles.unsorted}>
          <Icon name={isSorted && sorting.isDescending ? 'down' : 'up'} size={12} />
        </span>
      </button>
    </th>
  );
}

function AllRows<Row>({ rows, columns, rowKey }: TableProps<Row>): ReactElement {
  return (
    <tbody>
      {rows.map((row) => (
        <tr key={rowKey(row)}>
          <Cells row={row} columns={columns} />
        </tr>
      ))}
    </tbody>
  );
}

function RowsInView<Row>({ rows, columns, rowKey }: TableProps<Row>): ReactElement {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (body.current !== null) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({ count: rows.length, estimateSize: () => ROW_HEIGHT, overscan: 12, scrollMargin: top });
  const shown = virtualizer.getVirtualItems();
  const before = Math.max(0, (shown[0]?.start ?? 0) - top);
  const after = Math.max(0, virtualizer.getTotalSize() - ((shown.at(-1)?.end ?? 0) - top));
  return (
    <tbody ref={body}>
      {before > 0 && <tr aria-hidden="true"><td colSpan={columns.length} className={styles.gap} style={{ height: before }} /></tr>}
      {shown.map(({ index }) => {
        const row = rows[index];
        return (
          row !== undefined && (
            <tr key={rowKey(row)} ref={virtualizer.measureElement} data-index={index} aria-rowindex={index + 2}>
              <Cells row={row} columns={columns} />
            </tr>
          )
        );
      })}
      {after > 0 && <tr aria-hidden="true"><td colSpan={columns.length} className={styles.gap} style={{ height: after }} /></tr>}
    </tbody>
  );
}

function Cells<Row>({ row, columns }: { row: Row; columns: readonly Column<Row>[] }): ReactElement[] {
  return columns.map((column) => (
    <td key={column.key} className={classOf(column)}>
      {column.cell(row)}
    </td>
  ));
}

function classOf<Row>({ align, wideOnly }: Column<Row>): string | undefined {
  return [align === 'end' && styles.end, wideOnly === true && styles.wideOnly].filter(Boolean).join(' ') || undefined;
}
