import { dayText } from './day-text.ts';
import { geometric, weighted } from './distributions.ts';
import { drawProfile } from './profile.ts';
import { drawCents, drawCustomer, drawGap } from './purchase-process.ts';
import { createRandom, type Random } from './random.ts';

export interface GeneratorOptions {
  customers: number;
  seed: number;
  /** The last day of the data, as `YYYY-MM-DD`. */
  asOf: string;
}

export interface Generator {
  /** Each customer's id and profile, in the order of `PROFILE_COLUMNS`. */
  profiles(): Iterable<{ id: string; profile: (string | null)[] }>;
  /**
   * Each customer's transactions: lines of customer_id, occurred_at, amount, items and product, as
   * cells of COPY's text format.
   */
  transactions(): Iterable<string>;
}

/** Customers make their first purchase at any time in the two years up to the as-of day. */
export const HORIZON_WEEKS = 104;

const HORIZON_DAYS = HORIZON_WEEKS * 7;
const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;
const DAY_MS = 86_400_000;

const HORIZON_SECONDS = HORIZON_DAYS * DAY_SECONDS;
const SIXTY = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** Streams of random numbers: one may be drawn again without disturbing the other. */
const STREAM = { arrivals: 1, profiles: 2, purchases: 3 } as const;

const ID_DIGITS = 7;
const PRODUCTS_PER_CATEGORY = 6;
const CATEGORIES = [
  'books',
  'electronics',
  'fashion',
  'garden',
  'groceries',
  'home',
  'sports',
  'toys',
];
/** Probability of one more item in a purchase: CDNOW's mean is 2.4 items. */
const ANOTHER_ITEM = 0.585;

/** Products by popularity, which follows Zipf's law; every category has popular ones. */
const PRODUCTS = Array.from({ length: CATEGORIES.length * PRODUCTS_PER_CATEGORY }, (_, rank) => {
  const category = CATEGORIES[rank % CATEGORIES.length]!;
  return `${category}-${Math.floor(rank / CATEGORIES.length) + 1}`;
});
const drawProduct = weighted(PRODUCTS.map((_, rank) => 1 / (rank + 1)));

/**
 * Makes customers who buy as `purchase-process.ts` has it, from a first purchase at a uniformly
 * random moment of the two years that end with the as-of day. Nothing is held: every call draws
 * the same customers again.
 */
export function createGenerator({ customers, seed, asOf }: GeneratorOptions): Generator {
  const digits = Math.max(ID_DIGITS, String(customers).length);
  const firstDay = Date.parse(`${asOf}T00:00:00Z`) / DAY_MS - HORIZON_DAYS + 1;
  const idOf = (number: number) => `C${String(number).padStart(digits, '0')}`;

  return {
    *profiles() {
      const arrivals = createRandom(seed, STREAM.arrivals);
      const random = createRandom(seed, STREAM.profiles);
      for (let number = 1; number <= customers; number++) {
        const arrival = Math.floor(drawArrival(arrivals) / DAY_SECONDS);
        yield { id: idOf(number), profile: drawProfile(random, firstDay + arrival) };
      }
    },
    *transactions() {
      const arrivals = createRandom(seed, STREAM.arrivals);
      const random = createRandom(seed, STREAM.purchases);
      for (let number = 1; number <= customers; number++) {
        yield drawTransactions(random, idOf(number), drawArrival(arrivals), firstDay);
      }
    },
  };
}

/** Seconds from the beginning of the horizon to a customer's first purchase. */
function drawArrival(random: Random): number {
  return Math.floor(random() * HORIZON_SECONDS);
}

function drawTransactions(random: Random, id: string, arrival: number, firstDay: number): string {
  const customer = drawCustomer(random);
  let lines = '';
  let moment = arrival;
  let stays = true;
  while (stays && moment < HORIZON_SECONDS) {
    const cents = drawCents(random, customer);
    const items = 1 + geometric(random, ANOTHER_ITEM);
    const product = PRODUCTS[drawProduct(random)]!;
    if (lines !== '') lines += '\n';
    lines += `${id}\t${momentText(firstDay, moment)}\t${amountText(cents)}\t${items}\t${product}`;
    // Nobody leaves before a repeated purchase.
    stays = moment === arrival || random() >= customer.leaving;
    moment += Math.ceil(drawGap(random, customer) * WEEK_SECONDS);
  }
  return lines;
}

function momentText(firstDay: number, moment: number): string {
  const day = Math.floor(moment / DAY_SECONDS);
  const second = moment - day * DAY_SECONDS;
  const hour = SIXTY[Math.floor(second / 3600)]!;
  const minute = SIXTY[Math.floor(second / 60) % 60]!;
  return `${dayText(firstDay + day)} ${hour}:${minute}:${SIXTY[second % 60]!}+00`;
}

function amountText(cents: number): string {
  const hundredths = cents % 100;
  return `${(cents - hundredths) / 100}.${hundredths < 10 ? '0' : ''}${hundredths}`;
}
