import { loadConfig } from '@segcast/runtime';
import { loadModels } from '@segcast/scoring';
import pg from 'pg';
import { RELATION } from '../service/customers.ts';

/** The columns that the models in use take, each once. */
export async function inputColumns(): Promise<string[]> {
  const models = await loadModels(loadConfig().scoring.modelsDir);
  const inputs = Object.values(models).flatMap(({ manifest }) => manifest.inputs);
  return [...new Set(inputs.map(({ column }) => column))];
}

/** The COPY that sends what scoring the members of a condition needs, and nothing else. */
export async function floorQuery(condition: string): Promise<string> {
  const columns = (await inputColumns()).map((name) => pg.escapeIdentifier(name));
  const list = ['customer_id', ...columns].join(', ');
  return `COPY (SELECT ${list} FROM ${RELATION} WHERE ${condition}) TO STDOUT (FORMAT binary)`;
}
