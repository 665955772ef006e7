import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { useEffect, useRef, useState, type PointerEvent, type ReactElement } from 'react';
import { formatMoney } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import type { PricedPoint } from './amount.js';
import styles from './curve-drawing.module.css';

const USUAL_HEIGHT = 240;
const LEFT = 60;
const RIGHT = 16;
const TOP = 14;
const BOTTOM = 26;

interface CurveDrawingProps {
  /** In order of quantity. */
  points: readonly PricedPoint[];
  /** Quantities at which the price turns. */
  turns: readonly number[];
  included: number;
  currency: string;
  unit: string | null;
  marked: PricedPoint | undefined;
  height?: number;
}

/** The picture of a price curve. Its numbers are floats, good for pixels; what is read out is not made from them. */
export default function CurveDrawing({ points, turns, included, currency, unit, marked, height = USUAL_HEIGHT }: CurveDrawingProps): ReactElement {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [pointed, setPointed] = useState<number>();
  const x = scaleLinear().domain([0, Number(points.at(-1)?.quantity ?? '1')]).range([LEFT, Math.max(LEFT + 1, width - RIGHT)]);
  const y = scaleLinear().domain([0, Math.max(...points.map(({ amount }) => Number(amount)), Number.MIN_VALUE)]).nice(4).range([height - BOTTOM, TOP]);
  const place = ({ quantity, amount }: PricedPoint): [number, number] => [x(Number(quantity)), y(Number(amount))];
  const places = points.map(place);
  const point = ({ clientX }: PointerEvent): void => {
    const at = clientX - (frame.current?.getBoundingClientRect().left ?? 0);
    const distances = places.map(([left]) => Math.abs(left - at));
    setPointed(distances.indexOf(Math.min(...distances)));
  };
  const shown = pointed === undefined ? undefined : points[pointed];
  const isPlain = points.every(({ amount }) => !/[1-9]/.test(amount));
  return (
    <div ref={frame} className={styles.drawing} style={{ height }} onPointerMove={point} onPointerLeave={() => setPointed(undefined)}>
      {width > 0 && (
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          {(isPlain ? [0] : y.ticks(4)).map((tick) => (
            <g key={tick} className={styles.tick}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 8} y={y(tick)} dy="0.32em" textAnchor="end">
                {short(tick, currency)}
              </text>
            </g>
          ))}
          {x.ticks(width < 480 ? 3 : 6).map((tick) => (
            <text key={tick} className={styles.label} x={x(tick)} y={height - 8} textAnchor="middle">
              {shortQuantity(tick, unit)}
            </text>
          ))}
          {included > 0 && <rect className={styles.included} x={LEFT} width={Math.max(0, x(Math.min(included, x.domain()[1] ?? 0)) - LEFT)} y={TOP} height={height - BOTTOM - TOP} />}
          {turns.filter((turn) => turn < (x.domain()[1] ?? 0)).map((turn) => (
            <line key={turn} className={styles.turn} x1={x(turn)} x2={x(turn)} y1={TOP} y2={height - BOTTOM} />
          ))}
          <path className={styles.fill} d={area<[number, number]>().y0(y(0)).y1(([, top]) => top)(places) ?? ''} />
          <path className={styles.line} d={line<[number, number]>()(places) ?? ''} />
          {included > 0 && (
            <text className={styles.label} x={LEFT + 6} y={TOP + 12}>
              included
            </text>
          )}
          {marked !== undefined && Number(marked.quantity) <= (x.domain()[1] ?? 0) && <circle className={styles.marked} cx={place(marked)[0]} cy={place(marked)[1]} r={5} />}
          {pointed !== undefined && places[pointed] !== undefined && <circle className={styles.pointed} cx={places[pointed][0]} cy={places[pointed][1]} r={4} />}
        </svg>
      )}
      {shown !== undefined && pointed !== undefined && (
        <div className={styles.note} style={(places[pointed]?.[0] ?? 0) < width / 2 ? { left: (places[pointed]?.[0] ?? 0) + 12 } : { right: width - (places[pointed]?.[0] ?? 0) + 12 }} aria-hidden="true">
          <span>{formatQuantity(shown.quantity, unit)}</span>
          <strong>{formatMoney({ amount: shown.amount, currency })}</strong>
        </div>
      )}
    </div>
  );
}

/** An amount below the axis: short, as there is little room. */
function short(amount: number, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', notation: 'compact', maximumFractionDigits: 2, minimumFractionDigits: 0 }).format(amount);
}

function shortQuantity(quantity: number, unit: string | null): string {
  return unit === 'byte' ? formatQuantity(String(quantity), unit) : new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 2 }).format(quantity);
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
