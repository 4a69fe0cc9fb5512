import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { rowsOf } from '../../api/paged';
import { LoadMore } from '../../ui/pages/load-more';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { Time } from '../../ui/formatting/time';
import { sourceName } from './source-words';
import { useRejects, type Source, type SourceReject } from './sources.queries';

/** What a source sent that was refused, or accepted and not used, with the bodies. */
export function SourceRejects({ source }: { source: Source }) {
  const [unused, setUnused] = useState(false);
  const rejects = useRejects(source.id, unused);
  const rows = rowsOf(rejects.data);
  return (
    <section className="stack-tight" aria-label={`Rejects of ${sourceName(source)}`}>
      <h3>{`Rejects of ${sourceName(source)}`}</h3>
      <SegmentedControl
        className="start"
        aria-label="Which bodies"
        value={unused ? 'unused' : 'refused'}
        onChange={(next) => setUnused(next === 'unused')}
        data={[
          { value: 'refused', label: 'Refused' },
          { value: 'unused', label: 'Accepted, not used' },
        ]}
      />
      <Answer of={rejects} what="The rejects could not be loaded" lines={4}>
        {() =>
          rows.length === 0 ? (
            <Empty title={unused ? 'Everything was used' : 'Nothing was refused'} />
          ) : (
            <ul className="rejects">
              {rows.map((reject) => (
                <li key={reject.id}>
                  <Reject reject={reject} />
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
      <LoadMore list={rejects} label="Earlier" />
    </section>
  );
}

function Reject({ reject: { at, reason, pointer, route, body, is_cut } }: { reject: SourceReject }) {
  return (
    <>
      <p className="sentence">
        {reason}
        {pointer && pointer !== '/' ? (
          <>
            {' '}
            <span className="code">{pointer}</span>
          </>
        ) : null}
      </p>
      <p className="label">
        <Time at={at} as="short" /> · <span className="code">{route}</span>
      </p>
      {body === null ? (
        <p className="label">The body was not read.</p>
      ) : (
        <details>
          <summary className="label">Body</summary>
          <pre className="raw" tabIndex={0}>
            {body}
            {is_cut ? '\n…' : ''}
          </pre>
        </details>
      )}
    </>
  );
}
