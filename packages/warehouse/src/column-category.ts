import type { Column } from '@segcast/contracts';

type Category = Column['category'];

/**
 * The words of a column's name that give its category away; the first category that has one of them
 * wins. Risk comes before money (refund_amount, customer_support_tickets), money before the person
 * (customer_lifetime_value), the person before deeds (customer_age_days).
 */
const WORDS: readonly (readonly [Category, string])[] = [
  [
    'DWH',
    'etl dwh batch snapshot ingested loaded synced created updated modified version hash source',
  ],
  [
    'Risk & Engagement',
    'churn risk engagement score nps satisfaction complaint ticket support fraud return refund discount loyalty',
  ],
  [
    'Financial',
    'revenue value amount spend spent monetary money price income balance ltv clv payment margin profit cost sales charge debt',
  ],
  [
    'Profile',
    'customer age gender sex country city region state zip postcode language name birth email phone status segment tenure occupation signup registered',
  ],
  [
    'Activity',
    'transaction day recency frequency count order purchase visit session login item product service first last active activity quantity basket',
  ],
];

const CATEGORY_BY_WORD: ReadonlyMap<string, Category> = new Map(
  [...WORDS].reverse().flatMap(([category, words]) => words.split(' ').map((w) => [w, category])),
);

/** What kind of fact a column holds, guessed from the words of its name; DWH when none is known. */
export function categoryOf(name: string): Category {
  if (name === 'customer_id') return 'DWH';
  const found = new Set(wordsOf(name).map((word) => CATEGORY_BY_WORD.get(word)));
  return WORDS.find(([category]) => found.has(category))?.[0] ?? 'DWH';
}

/** The words of `total_revenue` or `totalRevenue` in lower case, a plural's s cut off. */
function wordsOf(name: string): string[] {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return words.map((word) => (word in PLURALS ? word : word.replace(/s$/, '')));
}

/** Words whose s is their own. */
const PLURALS: Readonly<Record<string, true>> = { nps: true, status: true, sales: true };
