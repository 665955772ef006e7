import { scaleBand, scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';
import { useEffect, useRef, useState, type PointerEvent, type ReactElement } from 'react';
import type { ChartProps } from './chart.js';
import styles from './chart.module.css';

const LEFT = 52;
const BOTTOM = 22;
const TOP = 10;
/** Room that a label below the axis takes. */
const LABEL_WIDTH = 64;

type Band = ReturnType<typeof scaleBand<number>>;
type Linear = ReturnType<typeof scaleLinear<number, number>>;

/** The picture of a chart. Its numbers are floats, good for pixels; what is read out is not made from them. */
export default function ChartDrawing({ kind, series, rows, format, formatShort = format, divideBy = 1, height = 200 }: ChartProps): ReactElement {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [pointed, setPointed] = useState<number>();
  const values = rows.map((row) => series.map((_, at) => Number(row.values[at] ?? '0') / divideBy));
  const tops = values.map((each) => (kind === 'bars' ? each.reduce((sum, value) => sum + value, 0) : Math.max(...each, 0)));
  const x = scaleBand<number>().domain(rows.keys()).range([LEFT, width - 4]).paddingInner(kind === 'bars' ? 0.28 : 0);
  const y = scaleLinear().domain([Math.min(0, ...values.flat()), Math.max(...tops, Number.MIN_VALUE)]).nice(4).range([height - BOTTOM, TOP]);
  const every = Math.max(1, Math.ceil((rows.length * LABEL_WIDTH) / Math.max(1, width - LEFT)));
  const point = (event: PointerEvent): void => {
    const left = event.clientX - (frame.current?.getBoundingClientRect().left ?? 0);
    const index = Math.floor((left - LEFT) / x.step());
    setPointed(index >= 0 && index < rows.length ? index : undefined);
  };
  const row = pointed === undefined ? undefined : rows[pointed];
  return (
    <div ref={frame} className={styles.drawing} style={{ height }} onPointerMove={point} onPointerLeave={() => setPointed(undefined)}>
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          {y.ticks(4).map((tick) => (
            <g key={tick} className={styles.tick}>
              <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 8} y={y(tick)} dy="0.32em" textAnchor="end">
                {formatShort(String(tick))}
              </text>
            </g>
          ))}
          {rows.map(({ label }, index) =>
            index % every === 0 ? (
              <text key={index} className={styles.label} x={middle(x, index)} y={height - 6} textAnchor="middle">
                {label}
              </text>
            ) : null,
          )}
          {kind === 'bars' ? <Bars values={values} x={x} y={y} pointed={pointed} /> : <Curves kind={kind} values={values} count={series.length} x={x} y={y} pointed={pointed} />}
        </svg>
      )}
      {row !== undefined && pointed !== undefined && (
        <div className={styles.pointed} style={pointed < rows.length / 2 ? { left: middle(x, pointed) + 12 } : { right: width - middle(x, pointed) + 12 }} aria-hidden="true">
          <span>{row.name ?? row.label}</span>
          {series.map((name, at) => (
            <strong key={name}>
              {series.length > 1 && `${name}: `}
              {format(row.values[at] ?? '0')}
            </strong>
          ))}
        </div>
      )}
    </div>
  );
}

interface MarksProps {
  values: number[][];
  x: Band;
  y: Linear;
  pointed: number | undefined;
}

function Bars({ values, x, y, pointed }: MarksProps): ReactElement[] {
  return values.map((each, index) => {
    let below = 0;
    return (
      <g key={index} className={pointed === undefined || pointed === index ? undefined : styles.faded}>
        {each.map((value, at) => {
          const [from, to] = [y(below), y(below + value)];
          below += value;
          const top = Math.min(from, to);
          return <rect key={at} className={styles[`series${at % 4}`]} x={x(index)} width={x.bandwidth()} y={top} height={Math.abs(from - to)} rx={Math.min(2, x.bandwidth() / 4)} />;
        })}
      </g>
    );
  });
}

function Curves({ kind, values, count, x, y, pointed }: MarksProps & { kind: 'area' | 'lines'; count: number }): ReactElement[] {
  return Array.from({ length: count }, (_, at) => {
    const points = values.map((each, index): [number, number] => [middle(x, index), y(each[at] ?? 0)]);
    const mark = pointed === undefined ? undefined : points[pointed];
    return (
      <g key={at} className={styles[`series${at % 4}`]}>
        {kind === 'area' && <path className={styles.fill} d={area<[number, number]>().curve(curveMonotoneX).y0(y(0)).y1(([, top]) => top)(points) ?? ''} />}
        <path className={styles.curve} d={line<[number, number]>().curve(curveMonotoneX)(points) ?? ''} />
        {mark !== undefined && <circle cx={mark[0]} cy={mark[1]} r={4} className={styles.mark} />}
      </g>
    );
  });
}

function middle(x: Band, index: number): number {
  return (x(index) ?? 0) + x.bandwidth() / 2;
}

function useWidth(frame: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}
