import { createSegcast } from '@segcast/client';

/** The Segcast that `npm start` starts, or another. */
export const segcast = createSegcast({
  baseUrl: process.env.SEGCAST_URL ?? 'http://127.0.0.1:3000',
  apiKey: process.env.SEGCAST_API_KEY,
});
