import { FocusTrap, Paper, TextInput } from '@mantine/core';
import { useClickOutside } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { useSentences } from '../../automations/reference-names';
import { showToast } from '../../ui/feedback/toast';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore, type Picker } from '../screen/screen-store';
import { knownSteps, matching, newSteps, type Offer } from './picker-offers';

const WIDTH = 340;
const HEIGHT = 420;
/** Of a long list so many are shown; typing finds the rest. */
const SHOWN = 60;

/** Opens where a `+` was pressed: typed search, recent first, what cannot go there greyed with the reason. */
export function StepPicker() {
  const picker = useScreen((screen) => screen.picker);
  return picker ? <Open key={`${picker.at.x},${picker.at.y},${picker.known}`} {...picker} /> : null;
}

function Open({ place, at, known }: Picker) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const say = useSentences(graph);
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const close = () => screen.setState({ picker: null });
  const outside = useClickOutside(close);
  const offers = useMemo(
    () => (known && place ? knownSteps(store, graph, place, say) : newSteps(store, graph, place)),
    [store, graph, place, known, say],
  );
  const found = useMemo(() => matching(offers, search), [offers, search]);
  // What adds no step stands below the list, where it is seen without scrolling; typing puts it where it fits.
  const below = search.trim() === '' ? found.filter(({ path }) => path) : [];
  const choices = [...found.filter((offer) => !below.includes(offer)).slice(0, SHOWN), ...below];
  const free = choices.filter(({ reason }) => reason === undefined);
  const chosen = free[Math.min(active, free.length - 1)];
  useEffect(() => {
    document.getElementById(`pick-${chosen?.id}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen?.id]);

  const choose = (offer: Offer) => {
    if (offer.run === 'steps') return screen.setState({ picker: { place, at, known: true } });
    close();
    const reason = offer.run();
    if (reason) showToast(reason);
    // A new step takes the focus into its form; a path that was led elsewhere gives it back to the drawing.
    else if (known || offer.id === 'end-here') document.querySelector<HTMLElement>('.drawing-keys')?.focus();
  };
  const key = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && free.length > 0) {
      event.preventDefault();
      setActive((Math.min(active, free.length - 1) + step + free.length) % free.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (chosen) choose(chosen);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      close();
      document.querySelector<HTMLElement>('.drawing-keys')?.focus();
    }
  };
  const row = (offer: Offer) => (
    <div
      key={offer.id}
      id={`pick-${offer.id}`}
      role="option"
      aria-selected={offer === chosen}
      aria-disabled={offer.reason !== undefined}
      data-testid={`pick-${offer.id}`}
      className="picker-item"
      style={{ ['--kind' as string]: offer.color }}
      onClick={() => (offer.reason ? undefined : choose(offer))}
    >
      {offer.icon}
      <span>
        <b dir="auto">{offer.title}</b>
        <small dir="auto">{offer.reason ?? offer.text}</small>
      </span>
    </div>
  );

  return (
    <Paper
      ref={outside}
      className="picker"
      shadow="md"
      role="dialog"
      aria-label={known ? 'Lead the path to a step' : 'Add a step'}
      style={{
        left: Math.max(8, Math.min(at.x - WIDTH / 2, window.innerWidth - WIDTH - 8)),
        top: Math.max(8, Math.min(at.y + 8, window.innerHeight - HEIGHT - 8)),
        width: `min(${WIDTH}px, calc(100vw - 16px))`,
        maxHeight: HEIGHT,
      }}
      onKeyDown={key}
    >
      <FocusTrap active>
        <TextInput
          data-autofocus
          autoFocus
          aria-label="Search steps"
          placeholder={known ? 'Lead it to which step?' : 'Which step?'}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setActive(0);
          }}
          role="combobox"
          aria-expanded
          aria-controls="picker-list"
          aria-activedescendant={chosen ? `pick-${chosen.id}` : undefined}
        />
      </FocusTrap>
      <div className="picker-offers" id="picker-list" role="listbox" aria-label="Steps">
        <div className="picker-list" role="presentation">
          {choices.filter((offer) => !below.includes(offer)).map(row)}
          {found.length > choices.length ? (
            <p className="quiet picker-none">There are more. Type to find them.</p>
          ) : null}
          {choices.length === 0 ? <p className="quiet picker-none">No step has that name.</p> : null}
        </div>
        {below.length > 0 ? (
          <div className="picker-list picker-below" role="presentation">
            {below.map(row)}
          </div>
        ) : null}
      </div>
    </Paper>
  );
}
