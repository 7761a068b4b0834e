import { readFileSync } from 'node:fs';

const CALIBRATION_DAYS = 273;
const FIRST_DAY = Date.UTC(1997, 0, 1);
const MS_PER_DAY = 86_400_000;

interface Purchase {
  line: string;
  customer: string;
  /** 1 is 1997-01-01. */
  day: number;
  dollars: number;
}

/**
 * The lines of the 2,357 customers on whom BG/NBD was published, out of the master file's 23,570:
 * by week of the first purchase and falling later spend within 39 weeks, every tenth customer
 * (Fader & Hardie 2013, "Notes on the CDNOW Master Data Set"). Theirs is the difference of two sums
 * of floating-point numbers, whose rounding orders customers who spent the same.
 */
export function publishedTenth(masterFile: string): string {
  const [header, ...lines] = readFileSync(masterFile, 'utf8').trimEnd().split('\n');
  const customers = new Map<string, Purchase[]>();
  for (const purchase of lines.map(toPurchase)) {
    const { customer } = purchase;
    customers.set(customer, [...(customers.get(customer) ?? []), purchase]);
  }
  const drawn = [...customers]
    .map(([customer, purchases]) => ({ customer, purchases, ...drawnBy(purchases) }))
    .sort((a, b) => a.week - b.week || b.spent - a.spent || Number(a.customer) - Number(b.customer))
    .filter((_, at) => at % 10 === 9);
  const kept = drawn.flatMap(({ purchases }) => purchases.map(({ line }) => line));
  return `${[header, ...kept].join('\n')}\n`;
}

function toPurchase(line: string): Purchase {
  const [customer, date, , dollars] = line.trim().split(/\s+/) as [string, string, string, string];
  const at = Date.UTC(+date.slice(0, 4), +date.slice(4, 6) - 1, +date.slice(6));
  return { line, customer, day: (at - FIRST_DAY) / MS_PER_DAY + 1, dollars: Number(dollars) };
}

function drawnBy(purchases: readonly Purchase[]): { week: number; spent: number } {
  const first = Math.min(...purchases.map(({ day }) => day));
  const sumOf = (until: number) =>
    purchases.reduce((sum, { day, dollars }) => (day <= until ? sum + dollars : sum), 0);
  return { week: Math.ceil(first / 7), spent: sumOf(CALIBRATION_DAYS) - sumOf(first) };
}
