import { CopyLine, CopyOnce } from '../../ui/copying/copy-once';
import { useSettings } from '../saving/settings.queries';

/** Put in by the build: the file of this version of the script, and its hash. */
declare const TRACKER: { file: string; integrity: string };

/** What the script records by itself. */
const OWN_TYPES = ['page_view', 'identified'];

interface Props {
  apiKey: string;
  /** Activity types that the key can record. */
  types: readonly string[];
  /** What the shop's server signs with. */
  secret: string;
}

/** What goes into the pages of a shop, with a new write key filled in; and what its server signs with. */
export function PageSnippet({ apiKey, types, secret }: Props) {
  const base = useSettings().data?.public_url ?? '';
  const recordsViews = types.includes('page_view');
  const attributes = `data-key="${apiKey}"${recordsViews ? ' data-pages="auto"' : ''} defer`;
  const another = types.find((type) => !OWN_TYPES.includes(type));
  return (
    <div className="stack-tight">
      <p className="label">
        Put this line into the head of each page.{recordsViews ? ' It records page views by itself.' : ''}
      </p>
      <CopyLine text={`<script src="${base}/track.js" ${attributes}></script>`} testId="page-snippet" />
      <details>
        <summary className="label">For pages that check what they load</summary>
        <p className="label">
          This line is for the script as it is now. When an update of Cortex changes it, pages with this line record
          nothing until you replace it.
        </p>
        <CopyLine
          text={`<script src="${base}/${TRACKER.file}" integrity="${TRACKER.integrity}" crossorigin ${attributes}></script>`}
        />
      </details>
      {another ? (
        <>
          <p className="label">Your own scripts record the rest:</p>
          <CopyLine text={`trackActivity('${another}', {})`} />
        </>
      ) : null}
      <CopyOnce text={secret}>
        The signing secret of this key. Copy it now, and keep it on your server. A visitor counts as a person only when
        your server has signed their address: HMAC-SHA-256 with this secret, in hexadecimal.
      </CopyOnce>
      <p className="label">The page then says who the visitor is:</p>
      <CopyLine text="identify(email, {}, signature)" />
    </div>
  );
}
