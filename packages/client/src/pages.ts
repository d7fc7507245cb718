/** Pages one after the other. */

interface Page<Row, Pagination> {
  readonly data: readonly Row[];
  readonly pagination: Pagination;
}

/**
 * Row by row what is on all pages, each of them read once the rows before it are taken.
 * @param first where the first page begins: at the beginning where it is `undefined`
 * @param nextOf where the next one does: there is none where it is `undefined`
 */
export async function* rowsOf<Row, Pagination, Place>(
  read: (place: Place | undefined) => Promise<Page<Row, Pagination>>,
  nextOf: (pagination: Pagination) => Place | undefined,
  first?: Place,
): AsyncGenerator<Row, void> {
  let place = first;
  do {
    const { data, pagination } = await read(place);
    yield* data;
    place = nextOf(pagination);
  } while (place !== undefined);
}
