import './version-changes.css';
import { diff } from '#graph';
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useReferenceNames } from '../../automations/reference-names';
import { Loading } from '../../ui/feedback/query-states';
import { useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import type { Compared } from './read-only-drawing';

/**
 * What differs, in sentences, and the way from one change to the next: its step is brought into view, and said. Give it
 * another key for another pair of versions.
 */
export function VersionChanges({ compared }: { compared: Compared | null }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const things = useReferenceNames();
  const list = useRef<HTMLUListElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const changes = useMemo(
    () => (compared?.before ? diff(compared.before, compared.after, things) : []),
    [compared, things],
  );
  const many = changes.length;
  const now = at === null || at >= many ? null : at;

  const show = (n: number) => {
    const change = changes[n];
    if (!change) return;
    setAt(n);
    store.getState().say(`Change ${n + 1} of ${many}: ${change.sentence}`);
    if (!('node_id' in change)) {
      store.getState().select([]);
      return store.getState().openStep(null);
    }
    store.getState().openStep(change.node_id);
    screen.getState().camera?.reveal(change.node_id, { readable: true });
  };
  const go = (by: 1 | -1) => show(now === null ? (by > 0 ? 0 : many - 1) : (now + by + many) % many);
  useEffect(() => {
    screen.setState({ walk: many > 0 ? { next: () => go(1), previous: () => go(-1) } : null });
  });
  useEffect(() => () => screen.setState({ walk: null }), [screen]);
  useEffect(() => {
    const change = now === null ? undefined : changes[now];
    // On a small screen the list of steps is above this one, on the same page.
    const row =
      change && 'node_id' in change ? document.querySelector(`[data-testid="row-${change.node_id}"]`) : undefined;
    if (row) row.scrollIntoView({ block: 'center' });
    else list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [now, changes]);

  if (!compared) return <Loading lines={3} />;
  if (!compared.before)
    return <p className="sentence">{`${compared.after.graph.nodes.length} steps. There is no earlier version.`}</p>;
  if (many === 0) return <p className="sentence quiet">They are the same.</p>;
  return (
    <>
      <div className="row nowrap change-walk">
        <span className="label" data-testid="change-at">
          {now === null ? `${many} ${many === 1 ? 'change' : 'changes'}` : `Change ${now + 1} of ${many}`}
        </span>
        <Tooltip label="Previous change (P)">
          <ActionIcon aria-label="Previous change" onClick={() => go(-1)}>
            <IconArrowUp size={16} stroke={1.5} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Next change (N)">
          <ActionIcon aria-label="Next change" onClick={() => go(1)}>
            <IconArrowDown size={16} stroke={1.5} />
          </ActionIcon>
        </Tooltip>
      </div>
      <ul className="changes sentence" data-testid="version-changes" ref={list}>
        {changes.map((change, n) => (
          <li
            key={change.sentence}
            data-change={change.change}
            aria-current={n === now ? 'true' : undefined}
            dir="auto"
          >
            <button type="button" className="link" onClick={() => show(n)}>
              {change.sentence}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
