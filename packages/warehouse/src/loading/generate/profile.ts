import type { ProfileColumn } from '../source-tables.ts';
import { dayText } from './day-text.ts';
import { weighted } from './distributions.ts';
import type { Random } from './random.ts';

/** The profile columns of generated customers, in the order in which `drawProfile` gives them. */
export const PROFILE_COLUMNS: readonly ProfileColumn[] = [
  { name: 'country', type: 'text' },
  { name: 'channel', type: 'text' },
  { name: 'plan', type: 'text' },
  { name: 'birth_date', type: 'date' },
  { name: 'newsletter', type: 'boolean' },
  { name: 'signup_date', type: 'date' },
];

const COUNTRIES = ['Germany', 'France', 'Italy', 'Spain', 'Poland', 'Netherlands', 'Sweden'];
const CHANNELS = ['web', 'app', 'store', 'partner'];
const PLANS = ['basic', 'plus', 'premium'];

const drawCountry = weighted([28, 20, 16, 13, 11, 7, 5]);
const drawChannel = weighted([45, 30, 20, 5]);
const drawPlan = weighted([60, 28, 12]);

/** Shares of customers of whom the value is not known. */
const UNKNOWN = { country: 0.01, plan: 0.1, birthDate: 0.15, newsletter: 0.05 } as const;

const YOUNGEST_YEARS = 18;
const OLDEST_YEARS = 85;

/**
 * Draws one customer's profile as texts, nulls where nothing is known. It is independent of how
 * the customer buys.
 *
 * @param firstDay day of the first transaction, in days since 1970-01-01: the day of the signup.
 */
export function drawProfile(random: Random, firstDay: number): (string | null)[] {
  const country = COUNTRIES[drawCountry(random)]!;
  const channel = CHANNELS[drawChannel(random)]!;
  const plan = PLANS[drawPlan(random)]!;
  const age =
    YOUNGEST_YEARS + ((OLDEST_YEARS - YOUNGEST_YEARS) * (random() + random() + random())) / 3;
  const newsletter = random() < 0.4 ? 't' : 'f';
  return [
    known(random, UNKNOWN.country, country),
    channel,
    known(random, UNKNOWN.plan, plan),
    known(random, UNKNOWN.birthDate, dayText(firstDay - Math.floor(age * 365.25))),
    known(random, UNKNOWN.newsletter, newsletter),
    dayText(firstDay),
  ];
}

function known(random: Random, unknownShare: number, value: string): string | null {
  return random() < unknownShare ? null : value;
}
