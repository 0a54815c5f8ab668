/** Lists that come a page at a time. */

/** What lists have. */
export interface Page<T> {
  data: T[];
  last_id?: string | null;
  has_more: boolean;
}

/** What all pages hold, read as it is wanted. `page`: the one after an id. */
export async function* every<T>(
  page: (after: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  for (let after: string | undefined; ; ) {
    const found = await page(after);
    yield* found.data;
    if (!found.has_more) return;
    after = found.last_id ?? undefined;
  }
}
