import { z } from 'zod';

/** A URL that the service calls: with a name and password in it, every list would show them. */
export const targetUrlSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2000)
  .refine((url) => !URL.canParse(url) || isWithoutCredentials(new URL(url)), {
    error: 'must have no user name and password',
  });

function isWithoutCredentials({ username, password }: URL): boolean {
  return username === '' && password === '';
}
