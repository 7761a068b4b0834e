/**
 * Days from 1970-01-01 in the Gregorian calendar carried back without end, as PostgreSQL has it;
 * the year before the year 1 is 0. Years are counted from March, so that a leap day ends one.
 */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const daysOfEarlierMonths = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return marchYear * 365 + leapDays + daysOfEarlierMonths + day - 719_469;
}

export function daysInMonth(year: number, month: number): number {
  const [nextYear, nextMonth] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return daysSinceEpoch(nextYear, nextMonth, 1) - daysSinceEpoch(year, month, 1);
}
