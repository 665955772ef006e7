import { lazy, Suspense, type ReactElement } from 'react';
import styles from './chart.module.css';

export interface ChartRow {
  /** Stands below the axis: short. */
  label: string;
  /** Stands in the table and beside the pointer, where there is more room; the label unless told. */
  name?: string | undefined;
  /** One decimal for each series. */
  values: readonly string[];
}

export interface ChartProps {
  /** What is drawn: the name of the figure. */
  label: string;
  /** `bars` stack, `lines` do not. */
  kind: 'bars' | 'area' | 'lines';
  /** Names of the series. */
  series: readonly string[];
  rows: readonly ChartRow[];
  /** The values in words. */
  format: (value: string) => string;
  /** For the axis, where there is little room; `format` unless told. */
  formatShort?: ((value: string) => string) | undefined;
  /** What the axis counts in: its values are these, divided. */
  divideBy?: number | undefined;
  height?: number;
}

const Drawing = lazy(() => import('./chart-drawing.js'));

/** A chart with a name, and with a table of the same values for whoever does not see it. Loaded when it is shown. */
export function Chart(props: ChartProps): ReactElement {
  const { label, series, rows, format, height = 200 } = props;
  return (
    <figure className={styles.figure} aria-label={label}>
      <Suspense fallback={<div style={{ height }} />}>
        <Drawing {...props} height={height} />
      </Suspense>
      {series.length > 1 && (
        <ul className={styles.legend}>
          {series.map((name, index) => (
            <li key={name}>
              <span className={`${styles.dot} ${styles[`series${index % 4}`]}`} aria-hidden="true" />
              {name}
            </li>
          ))}
        </ul>
      )}
      <div className="unseen">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              {series.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label: short, name = short, values }, index) => (
              <tr key={index}>
                <th scope="row">{name}</th>
                {series.map((each, at) => (
                  <td key={each}>{format(values[at] ?? '0')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
