/** A value of a sample, and where it stands. */
export interface SamplePlace {
  /** A JSON pointer. */
  at: string;
  /** The last part of it. */
  name: string;
  value: string;
}

/** Values that are offered. */
const MOST = 200;
const MOST_OF_VALUE = 120;

/** Every value of a sample that is no object and no list, in its order. */
export function placesOf(sample: unknown, at = ''): SamplePlace[] {
  if (typeof sample !== 'object' || sample === null) {
    const name = at.split('/').at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';
    return [{ at, name, value: String(sample).slice(0, MOST_OF_VALUE) }];
  }
  const places: SamplePlace[] = [];
  for (const [key, value] of Object.entries(sample)) {
    if (places.length >= MOST) break;
    places.push(...placesOf(value, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  }
  return places.slice(0, MOST);
}
