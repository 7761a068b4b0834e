import pg from 'pg';
import { featureQuery } from '../loading/feature-query.ts';
import { SOURCE_SCHEMA } from '../loading/source-tables.ts';
import type { Relation } from '../relation.ts';
import { sqlLiteral } from '../sql-literal.ts';
import type { PurchaseHistory } from './purchase-history.ts';

/** What is to be learnt of each customer: the column `LABEL` of a training query. */
export const LABEL = 'segcast_label';
/** For offers from transactions: what a customer had bought of each before the cut. */
export function boughtColumn(offer: number): string {
  return `segcast_bought_${offer}`;
}

/** Which offer a line of transactions belongs to. */
export type OfferOfLine = { kind: 'category' } | { kind: 'products'; offers: ProductOffers };
/** Offers by product. */
export type ProductOffers = Readonly<Record<string, string>>;

export type TrainingSource =
  /** A relation with a row per customer and a column that says what happened. */
  | { kind: 'table'; label: string; positive?: string }
  /** Features as of the cut; the label is 1 without a purchase in the days after it. */
  | { kind: 'churn'; history: PurchaseHistory; cut: string; horizonDays: number }
  /** The label is the offer bought first in the days after the cut. */
  | {
      kind: 'offers';
      history: PurchaseHistory;
      cut: string;
      horizonDays: number;
      offerOf: OfferOfLine;
    };

/**
 * The rows to learn from as a query: features, `customer_id` and `LABEL`, which is null where
 * nothing is to be learnt. Features come from lines up to the cut alone and labels from lines after
 * it alone; profile columns, whose values are those of today, are left out.
 */
export function trainingQuery(
  relation: Relation,
  source: TrainingSource,
  offers: readonly string[] = [],
): string {
  if (source.kind === 'table') {
    return `SELECT *, ${labelOf(source)} AS ${LABEL} FROM ${relation.sql}`;
  }
  const { invoices, products, categories } = source.history;
  const features = featureQuery({
    ...{ invoices, products, categories, profile: [], schema: SOURCE_SCHEMA },
    day: source.cut,
  });
  if (source.kind === 'churn') {
    return `
SELECT features.*, (bought.customer_id IS NULL)::int AS ${LABEL}
  FROM (${features}) AS features
  LEFT JOIN (SELECT DISTINCT customer_id FROM ${SOURCE_SCHEMA}.transactions
              WHERE amount >= 0 AND ${isAfter(source)}) AS bought USING (customer_id)`;
  }
  const counts = offers.map(
    (_, index) => `, coalesce(${boughtColumn(index)}, 0) AS ${boughtColumn(index)}`,
  );
  return `
SELECT features.*, offer AS ${LABEL}${counts.join('')}
  FROM (${features}) AS features
  LEFT JOIN (${firstOffers(source)}) AS bought USING (customer_id)
  LEFT JOIN (${offersBefore(source, offers)}) AS earlier USING (customer_id)`;
}

/** The offers and how many customers took each first, in code point order. */
export function offerCountsQuery(relation: Relation, source: TrainingSource): string {
  return `
SELECT ${LABEL}::text, count(*)::text FROM (${trainingQuery(relation, source)}) AS rows
 WHERE ${LABEL} IS NOT NULL GROUP BY 1 ORDER BY ${LABEL}::text COLLATE "C"`;
}

function labelOf({ label, positive }: Extract<TrainingSource, { kind: 'table' }>): string {
  const column = pg.escapeIdentifier(label);
  return positive === undefined ? column : `(${column}::text = ${sqlLiteral(positive)})::int`;
}

type Dated = Pick<Extract<TrainingSource, { kind: 'churn' }>, 'cut' | 'horizonDays'>;

function isAfter({ cut, horizonDays }: Dated): string {
  const day = (days: number) =>
    `(${sqlLiteral(cut)}::date + ${days})::timestamp AT TIME ZONE 'UTC'`;
  return `occurred_at >= ${day(1)} AND occurred_at < ${day(1 + horizonDays)}`;
}

function isUpTo(cut: string): string {
  return `occurred_at < (${sqlLiteral(cut)}::date + 1)::timestamp AT TIME ZONE 'UTC'`;
}

/** Lines with their offer. */
function offerLines(offerOf: OfferOfLine, condition: string): string {
  const from =
    offerOf.kind === 'category'
      ? { offer: 'category', join: '' }
      : {
          offer: 'mapping.offer',
          join: `JOIN json_each_text(${sqlLiteral(JSON.stringify(offerOf.offers))}::json)
                   AS mapping (product, offer) USING (product)`,
        };
  return `
SELECT customer_id, (occurred_at AT TIME ZONE 'UTC')::date AS day, ${from.offer} AS offer, amount
  FROM ${SOURCE_SCHEMA}.transactions ${from.join}
 WHERE amount > 0 AND ${condition} AND ${from.offer} IS NOT NULL`;
}

/** On the first day of purchase after the cut, the offer on which a customer spent most. */
function firstOffers(source: Extract<TrainingSource, { kind: 'offers' }>): string {
  return `
SELECT DISTINCT ON (customer_id) customer_id, offer
  FROM (SELECT customer_id, day, offer, sum(amount) AS spent
          FROM (${offerLines(source.offerOf, isAfter(source))}) AS lines
         GROUP BY customer_id, day, offer) AS bought
 ORDER BY customer_id, day, spent DESC, offer COLLATE "C"`;
}

function offersBefore(
  source: Extract<TrainingSource, { kind: 'offers' }>,
  offers: readonly string[],
): string {
  const counts = offers.map(
    (offer, index) =>
      `, (count(*) FILTER (WHERE offer = ${sqlLiteral(offer)}))::int AS ${boughtColumn(index)}`,
  );
  return `
SELECT customer_id${counts.join('')}
  FROM (${offerLines(source.offerOf, isUpTo(source.cut))}) AS lines GROUP BY customer_id`;
}
