import type { CalibrationBin } from '../evaluate/churn-scores.ts';

const SIZE = 320;
const EDGE = 40;
const SPAN = SIZE - 2 * EDGE;

/** The observed share against the mean probability of ten groups, beside the line of equality. */
export function calibrationPlot(curve: readonly CalibrationBin[]): string {
  const x = (share: number) => (EDGE + SPAN * share).toFixed(1);
  const y = (share: number) => (SIZE - EDGE - SPAN * share).toFixed(1);
  const points = curve.map((bin) => `${x(bin.predicted)},${y(bin.observed)}`);
  const ticks = [0, 0.5, 1].flatMap((share) => [
    text(x(share), String(SIZE - EDGE + 16), 'middle', String(share)),
    text(String(EDGE - 6), y(share), 'end', String(share)),
  ]);
  return svg(SIZE, SIZE, [
    `<rect x="${EDGE}" y="${EDGE}" width="${SPAN}" height="${SPAN}" fill="none" stroke="#888"/>`,
    `<path d="M${x(0)},${y(0)}L${x(1)},${y(1)}" stroke="#bbb" stroke-dasharray="4"/>`,
    `<polyline points="${points.join(' ')}" fill="none" stroke="#1f6feb" stroke-width="2"/>`,
    ...points.map((point) => {
      const [cx, cy] = point.split(',') as [string, string];
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="#1f6feb"/>`;
    }),
    ...ticks,
    text(String(SIZE / 2), String(SIZE - 6), 'middle', 'mean probability'),
    text(String(SIZE / 2), '24', 'middle', 'observed share'),
  ]);
}

const ROW = 26;
const LABELS = 150;
const BARS = 240;

/** One bar for each figure, on one scale from 0 to 1. */
export function barPlot(title: string, bars: readonly { label: string; value: number }[]): string {
  const rows = bars.flatMap(({ label, value }, index) => {
    const top = 36 + index * ROW;
    const width = (BARS * Math.max(0, Math.min(1, value))).toFixed(1);
    return [
      text(String(LABELS - 8), String(top + 14), 'end', label),
      `<rect x="${LABELS}" y="${top}" width="${width}" height="18" fill="${index === 0 ? '#1f6feb' : '#9db7d8'}"/>`,
      text(String(LABELS + Number(width) + 6), String(top + 14), 'start', value.toFixed(3)),
    ];
  });
  const height = 44 + bars.length * ROW;
  return svg(LABELS + BARS + 60, height, [text(String(LABELS), '22', 'start', title), ...rows]);
}

function text(x: string, y: string, anchor: string, content: string): string {
  const escaped = content.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped}</text>`;
}

function svg(width: number, height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...content,
    '</svg>\n',
  ].join('\n');
}
