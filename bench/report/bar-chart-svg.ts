import type { BarChart } from './findings.ts';
import { formatCount } from './format.ts';

const WIDTH = 760;
const MARGIN = 16;
const LABELS = 250;
/** For the figure behind the longest bar. */
const FIGURES = 90;
const TOP = 62;
const STEP = 28;
const THICKNESS = 18;
const BARS = WIDTH - 2 * MARGIN - LABELS - FIGURES;

/** A bar below another; readable on a light and on a dark page. */
export function barChartSvg({ title, unit, logarithmic = false, bars }: BarChart): string {
  const values = bars.map(({ value }) => value);
  const { lengthOf, ticks } = logarithmic ? logarithmicAxis(values) : linearAxis(values);
  const bottom = TOP + bars.length * STEP;
  const height = bottom + MARGIN;
  const drawn = bars.map((bar, index) => drawBar(bar, TOP + index * STEP, lengthOf(bar.value)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif">
  <title>${escaped(title)}</title>
  <rect width="${WIDTH}" height="${height}" rx="6" fill="#ffffff"/>
  <text x="${MARGIN}" y="28" font-size="17" font-weight="600" fill="#1f2933">${escaped(title)}</text>
  <text x="${MARGIN}" y="48" font-size="12" fill="#52606d">${escaped(unit)}</text>
${[...ticks.map((tick) => drawTick(tick, lengthOf(tick), bottom)), ...drawn].join('\n')}
</svg>
`;
}

function drawBar(
  { label, text, own = false }: BarChart['bars'][number],
  y: number,
  length: number,
): string {
  const x = MARGIN + LABELS;
  const middle = y + THICKNESS / 2;
  const fill = own ? '#2563eb' : '#9aa5b1';
  const words = 'font-size="13" dominant-baseline="central" fill="#1f2933"';
  return `  <text x="${x - 8}" y="${middle}" ${words} text-anchor="end">${escaped(label)}</text>
  <rect x="${x}" y="${y}" width="${length.toFixed(1)}" height="${THICKNESS}" rx="2" fill="${fill}"/>
  <text x="${(x + length + 8).toFixed(1)}" y="${middle}" ${words}>${escaped(text)}</text>`;
}

/** A line across all bars, with its value below. */
function drawTick(value: number, length: number, bottom: number): string {
  const x = (MARGIN + LABELS + length).toFixed(1);
  return `  <line x1="${x}" y1="${TOP - 4}" x2="${x}" y2="${bottom - 6}" stroke="#e4e7eb"/>
  <text x="${x}" y="${bottom + 6}" font-size="11" fill="#52606d" text-anchor="middle">${formatTick(value)}</text>`;
}

function formatTick(value: number): string {
  return value < 1 ? String(value) : formatCount(value);
}

interface Axis {
  lengthOf: (value: number) => number;
  /** Values to be marked: where a bar's length is not its value, one has to see what is. */
  ticks: number[];
}

function linearAxis(values: readonly number[]): Axis {
  const greatest = Math.max(...values);
  return { lengthOf: (value) => Math.max(1, (value / greatest) * BARS), ticks: [] };
}

/** Begins at the power of ten below a tenth of the least value, so that its bar is to be seen. */
function logarithmicAxis(values: readonly number[]): Axis {
  const start = Math.floor(Math.log10(Math.min(...values))) - 1;
  const end = Math.log10(Math.max(...values));
  const powers = Array.from({ length: Math.floor(end) - start + 1 }, (_, i) => start + i);
  return {
    lengthOf: (value) => ((Math.log10(value) - start) / (end - start)) * BARS,
    ticks: powers.map((power) => Number(`1e${power}`)),
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
