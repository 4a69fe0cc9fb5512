import { listVersions, type AnswerOf, type Automation } from '#contracts';
import type { Drawn } from '#graph';
import { Button, Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { call } from '../../api/client';
import { paging, rowsOf } from '../../api/paged';
import { people } from '../../ui/formatting/format';
import { LoadMore } from '../../ui/pages/load-more';
import { Failed, Loading } from '../../ui/feedback/query-states';
import { shortTime } from '../../ui/formatting/time';
import { showToast } from '../../ui/feedback/toast';
import { useVersion } from '../../automations/versions.queries';
import { useEditor, useEditorStore } from '../document/use-editor';
import type { Compared } from './read-only-drawing';
import { VersionChanges } from './version-changes';

type Version = AnswerOf<typeof listVersions>['items'][number];

interface VersionsProps {
  automation: Automation;
  onCompare: (compared: Compared | null) => void;
  onRestored: () => void;
}

const numberOf = (choice: string): number | null => (choice === 'draft' ? null : Number(choice));

/** Every version with its note and whom it served; any two compared, in sentences and on the drawing. */
export function VersionsPanel({ automation, onCompare, onRestored }: VersionsProps) {
  const store = useEditorStore();
  const readOnly = useEditor((state) => state.readOnly);
  const draft = useEditor((state) => state.document);
  const list = useInfiniteQuery({
    queryKey: ['automation-versions', automation.id, automation.live_version],
    queryFn: ({ pageParam, signal }) =>
      call(listVersions, { params: { id: automation.id }, query: pageParam ? { cursor: pageParam } : {} }, { signal }),
    ...paging,
  });
  const versions: Version[] = rowsOf(list.data);
  const newest = versions[0]?.number;
  const [chosen, setChosen] = useState<{ before?: string; after?: string }>({});
  const after = chosen.after ?? (automation.changed || newest === undefined ? 'draft' : String(newest));
  const fallback = after === 'draft' ? newest : versions.find((version) => version.number < Number(after))?.number;
  const before = chosen.before ?? (fallback === undefined ? 'none' : String(fallback));
  const [old, shown] = [
    useVersion(automation.id, before === 'none' ? null : numberOf(before)),
    useVersion(automation.id, numberOf(after)),
  ];
  const compared = useMemo((): Compared | null => {
    const drawnAs = (choice: string, found: Drawn | undefined) => (choice === 'draft' ? draft : found);
    const is = drawnAs(after, shown.data);
    const was = before === 'none' ? undefined : drawnAs(before, old.data);
    if (!is || (before !== 'none' && !was)) return null;
    return { before: was, after: is };
  }, [before, after, old.data, shown.data, draft]);
  useEffect(() => onCompare(compared), [compared, onCompare]);
  useEffect(() => () => onCompare(null), [onCompare]);

  const choices = [
    { value: 'draft', label: 'The draft' },
    ...versions.map(({ number, live }) => ({ value: String(number), label: `v${number}${live ? ' (live)' : ''}` })),
  ];
  const restore = () => {
    if (!shown.data || after === 'draft') return;
    const done = store.getState().edit(`Restore version ${after} as draft`, [
      { op: 'replace_graph', graph: shown.data.graph },
      { op: 'set_settings', settings: shown.data.settings },
    ]);
    if (!done) return;
    showToast(`The draft is now the same as version ${after}. Publish it to make it live.`);
    onRestored();
  };
  return (
    <aside className="inspector people" aria-label="Versions" data-testid="versions">
      <header className="inspector-head">
        <h2>Versions</h2>
      </header>
      {list.error ? (
        <Failed error={list.error} what="The versions could not be loaded" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Loading lines={4} /> : null}
      {list.data && versions.length === 0 ? <p className="sentence quiet">Nothing has been published yet.</p> : null}
      <ol className="versions">
        {versions.map((version) => (
          <li key={version.id}>
            <button
              type="button"
              className="run"
              aria-pressed={after === String(version.number)}
              onClick={() => setChosen({ after: String(version.number) })}
              data-testid={`version-${version.number}`}
            >
              <b>
                v{version.number}
                {version.live ? ' · live' : ''}
              </b>
              <span className="label">
                {shortTime(version.published_at)}
                {version.author ? ` · ${version.author}` : ''}
              </span>
              {version.note ? (
                <span className="sentence" dir="auto">
                  {version.note}
                </span>
              ) : null}
              {version.approval ? (
                <span className="label">
                  Storyboard approved by {version.approval.by}, {shortTime(version.approval.at)}
                </span>
              ) : null}
              <span className="label">
                {people(version.served)} entered{version.inside > 0 ? `, ${people(version.inside)} inside` : ''}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <LoadMore list={list} />
      {versions.length > 0 ? (
        <section className="field-group">
          <div className="row nowrap">
            <Select
              label="From"
              data={[{ value: 'none', label: 'Nothing' }, ...choices]}
              value={before}
              onChange={(value) => value && setChosen({ after, before: value })}
            />
            <Select
              label="To"
              data={choices}
              value={after}
              onChange={(value) => value && setChosen({ before, after: value })}
            />
          </div>
          <VersionChanges key={`${before}:${after}`} compared={compared} />
          {after === 'draft' || readOnly ? null : (
            <Button variant="default" onClick={restore} disabled={!shown.data} data-testid="restore">
              Restore v{after} as draft
            </Button>
          )}
        </section>
      ) : null}
    </aside>
  );
}
