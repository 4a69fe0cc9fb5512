/**
 * HTML with other addresses in its links; everything else stays as it is. Each character is looked at a few times at
 * most.
 * @param change gets the value of an `href` as it is written, entities and all; undefined leaves it
 */
export function withHrefs(html: string, change: (value: string) => string | undefined): string {
  const parts: string[] = [];
  let done = 0;
  for (const { from, to, value } of hrefs(html)) {
    const other = change(value);
    if (other === undefined) continue;
    parts.push(html.slice(done, from), other);
    done = to;
  }
  return parts.join('') + html.slice(done);
}

const links = /<(?:a|area)[\s/]/gi;
const href = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

/** The values of `href` of links, and where they stand. */
function* hrefs(html: string): Generator<{ from: number; to: number; value: string }> {
  for (const { tag, at } of tagsOf(html, links)) {
    const attribute = href.exec(tag);
    if (!attribute) continue;
    const value = attribute[1] ?? attribute[2]!;
    const to = at + attribute.index + attribute[0].length - 1;
    yield { from: to - value.length, to, value };
  }
}

/**
 * Opening tags, whole, and where they stand, up to the first one that does not end.
 * @param opening a global expression for how they begin
 */
export function* tagsOf(html: string, opening: RegExp): Generator<{ tag: string; at: number }> {
  const tags = new RegExp(opening);
  for (let found = tags.exec(html); found; found = tags.exec(html)) {
    const end = endOfTag(html, found.index);
    if (end < 0) return;
    tags.lastIndex = end;
    yield { tag: html.slice(found.index, end), at: found.index };
  }
}

/** After the `>` of the tag that begins here, outside of quotes; -1 when there is none. */
function endOfTag(html: string, start: number): number {
  let quote = '';
  for (let at = start; at < html.length; at += 1) {
    const one = html[at]!;
    if (quote) {
      if (one === quote) quote = '';
    } else if (one === '"' || one === "'") quote = one;
    else if (one === '>') return at + 1;
  }
  return -1;
}
