import type { Connection, Request } from './connection.ts';

/** One page of a list; `next_cursor` is null on the last. */
interface Page<T> {
  results: T[];
  next_cursor: string | null;
}

/** Every item of a list, page by page as they are asked for. */
export async function* eachOf<T>(
  connection: Connection,
  path: string,
  { query, ...request }: Request = {},
): AsyncGenerator<T, void, undefined> {
  let cursor: string | null | undefined;
  do {
    const asked = { limit: 1000, ...query, cursor };
    const page: Page<T> = await connection.call(path, { ...request, query: asked });
    yield* page.results;
    cursor = page.next_cursor;
  } while (cursor !== null);
}

/** The whole list. */
export async function allOf<T>(
  connection: Connection,
  path: string,
  request?: Request,
): Promise<T[]> {
  const items: T[] = [];
  for await (const item of eachOf<T>(connection, path, request)) items.push(item);
  return items;
}
