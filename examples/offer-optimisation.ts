/* Offer optimisation: scores a segment and names the offer that suits most of its members.
 *
 *   npx tsx examples/offer-optimisation.ts 3
 */
import { segcast } from './connect.ts';

const segmentId = Number(process.argv[2] ?? 1);

const run = await segcast.segmentsApi.predictAndWait(segmentId, {
  type: 'nbo',
  onProgress: ({ status, processed }) => console.error(`${status}: ${processed} scored`),
});
const names = new Map((await segcast.offers()).map((offer) => [offer.offer_id, offer.offer_name]));
const { top_offers: offers = [], count = 0 } = run.aggregated_stats.nbo ?? {};

const [best] = offers;
if (best === undefined) console.log(`${run.segment_name} has no members to offer anything.`);
else {
  const [offerId, members] = best;
  const name = names.get(offerId) ?? offerId;
  console.log(`${run.segment_name}: offer "${name}" first, to ${members} of ${count} members.`);
}
