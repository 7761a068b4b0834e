import { AppError } from '@segcast/contracts';
import { refusePrivateAddress, type WebhookSettings } from '@segcast/runs';

/**
 * Refuses a URL that deliveries would not be sent to, as far as can be told without resolving its
 * name.
 * @throws AppError `invalid_request` with the place.
 */
export function requireCallable(
  url: string,
  pointer: string,
  { allowPrivate }: Pick<WebhookSettings, 'allowPrivate'>,
): void {
  if (allowPrivate) return;
  try {
    refusePrivateAddress(url);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('invalid_request', error.message, {
      cause: error,
      errors: [{ pointer, detail: 'is no public address' }],
    });
  }
}
