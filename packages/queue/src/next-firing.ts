import { AppError } from '@segcast/contracts';
import { CronExpressionParser } from 'cron-parser';
import type { NightlySchedule } from './nightly-schedule.ts';

/** A hashed field stands for another time at every reading, which no schedule survives. */
const HASHED = /(^|[\s,])H/;

/**
 * When a schedule fires next, by the very parser that the queue uses.
 * @throws AppError `invalid_request` that points at the pattern or the time zone and says why.
 */
export function nextFiring({ pattern, tz }: NightlySchedule, after = new Date()): Date {
  if (!isTimeZone(tz)) {
    throw refusal('tz', tz, 'is not a time zone; name one such as UTC or Europe/Berlin');
  }
  const fields = pattern.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6) {
    const shape = 'minute, hour, day of month, month, day of week, perhaps with seconds first';
    throw refusal('pattern', pattern, `has ${fields} fields and not five or six: ${shape}`);
  }
  if (HASHED.test(pattern)) {
    throw refusal('pattern', pattern, 'has a hashed field (H); name the time itself');
  }
  try {
    return CronExpressionParser.parse(pattern, { tz, currentDate: after }).next().toDate();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal('pattern', pattern, `is not a cron pattern that fires: ${reason}`);
  }
}

function isTimeZone(tz: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: tz }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function refusal(field: 'pattern' | 'tz', value: string, reason: string): AppError {
  return new AppError('invalid_request', `The schedule's ${field} "${value}" ${reason}.`, {
    errors: [{ pointer: `/${field}`, detail: reason }],
  });
}
