import { GRADES, type Grade } from '@segcast/scoring';

/** The least AUC of each grade after the first: the usual reading of AUC (Hosmer & Lemeshow). */
export const AUC_GRADES = [0.6, 0.7, 0.8, 0.9] as const;

/** The least skill of each grade after the first, see `offerSkill`. */
export const SKILL_GRADES = [0.05, 0.15, 0.3, 0.5] as const;

export function churnGrade(auc: number): Grade {
  return gradeOf(auc, AUC_GRADES);
}

/** How much of what the most frequent offer gets wrong the model gets right. */
export function offerSkill(topOne: number, majorityTopOne: number): number {
  return majorityTopOne === 1 ? 0 : (topOne - majorityTopOne) / (1 - majorityTopOne);
}

export function offerGrade(skill: number): Grade {
  return gradeOf(skill, SKILL_GRADES);
}

function gradeOf(value: number, bounds: readonly number[]): Grade {
  return GRADES[bounds.filter((bound) => value >= bound).length]!;
}
