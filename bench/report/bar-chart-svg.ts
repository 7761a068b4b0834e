import type { BarChart } from './findings.ts';

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
  const lengthOf = logarithmic ? logarithmicLength(values) : linearLength(values);
  const height = TOP + bars.length * STEP + MARGIN;
  const drawn = bars.map((bar, index) => drawBar(bar, TOP + index * STEP, lengthOf(bar.value)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif">
  <title>${escaped(title)}</title>
  <rect width="${WIDTH}" height="${height}" rx="6" fill="#ffffff"/>
  <text x="${MARGIN}" y="28" font-size="17" font-weight="600" fill="#1f2933">${escaped(title)}</text>
  <text x="${MARGIN}" y="48" font-size="12" fill="#52606d">${escaped(unit)}</text>
${drawn.join('\n')}
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

function linearLength(values: readonly number[]): (value: number) => number {
  const greatest = Math.max(...values);
  return (value) => Math.max(1, (value / greatest) * BARS);
}

/** The axis begins at the power of ten below a tenth of the least, so that the least is to be seen. */
function logarithmicLength(values: readonly number[]): (value: number) => number {
  const start = Math.floor(Math.log10(Math.min(...values))) - 1;
  const end = Math.log10(Math.max(...values));
  return (value) => ((Math.log10(value) - start) / (end - start)) * BARS;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
