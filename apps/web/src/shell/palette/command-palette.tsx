import { adminAddresses } from '#contracts';
import { Spotlight, useSpotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { IconPlus, IconSettings } from '@tabler/icons-react';
import { Fragment, useLayoutEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { useMay } from '../../access/session.queries';
import { useSettingsParts } from '../../settings/settings-parts';
import {
  joined,
  matching,
  PAGE,
  usePalette,
  usePaletteStore,
  type PaletteGroup,
  type PaletteItem,
} from '../../ui/commands/palette-store';
import { useFocusBack } from '../../ui/forms/focus-back';
import { commands } from '../commands';
import { screens } from '../screens';
import { useFoundThings } from './found-things';
import { pageButtons } from './page-buttons';
import { usePersonCommands } from './person-commands';

/** Lines of a group that are drawn; the page's own commands are all of them. */
const MOST_IN_GROUP = 12;
const MOST_OF_PAGE = 60;
const CHOSEN = '[data-action][data-selected]';

/**
 * Ctrl/Cmd+K, on every screen: what the page can do, what can be done with the person who is open, where one can go, and
 * whom or what one looks for.
 */
export function CommandPalette() {
  const store = usePaletteStore();
  const query = usePalette((palette) => palette.query);
  const sources = usePalette((palette) => palette.sources);
  const { opened } = useSpotlight(commands);
  useFocusBack(opened, '.commands');
  const person = usePersonCommands();
  const places = usePlaces();
  const found = useFoundThings(query);
  const own = sources.map(({ source }) => source(query));
  // Read anew each time: what a page can do changes while one looks at it.
  const said = joined([...(opened ? [pageButtons(own.flat())] : []), ...own]);
  const page = said.filter((group) => !group.everywhere);
  const everywhere = said.filter((group) => group.everywhere);
  const groups = [...matching([...page, ...person, ...everywhere, places], query), ...found];
  const shown = groups.map(({ items }) => items.map(({ id }) => id).join()).join('|');
  // The text for which somebody went to a line themselves: what arrives later then leaves their line alone.
  const wentTo = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    // Spotlight chooses before the lines of the new text are drawn: that may be one of the old lines, or none.
    if (query && (wentTo.current !== query || !document.querySelector(CHOSEN))) chooseFirst();
  }, [shown, query]);
  return (
    <Spotlight.Root
      store={commands}
      query={query}
      onQueryChange={(next) => store.setState({ query: next })}
      shortcut={null}
      scrollable
      maxHeight={420}
      classNames={{ content: 'commands' }}
      attributes={{ content: { 'aria-label': 'Commands' } }}
    >
      <Spotlight.Search
        placeholder="Search, go somewhere, or run a command…"
        aria-label="Command"
        data-autofocus
        data-palette
        onKeyDown={({ key }) => {
          if (key === 'ArrowDown' || key === 'ArrowUp') wentTo.current = query;
        }}
      />
      <Spotlight.ActionsList>
        {groups.map(({ title, items, note }) => (
          <Fragment key={title}>
            {note ? <div data-palette-note>{note}</div> : null}
            <Spotlight.ActionsGroup label={title}>
              {items.slice(0, title === PAGE ? MOST_OF_PAGE : MOST_IN_GROUP).map((item) => (
                <Line key={item.id} item={item} />
              ))}
            </Spotlight.ActionsGroup>
          </Fragment>
        ))}
        {groups.length === 0 ? <Spotlight.Empty>Nothing has that name.</Spotlight.Empty> : null}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** What Spotlight does itself with the first line, and does not let others ask for. */
function chooseFirst(): void {
  document.querySelector(CHOSEN)?.removeAttribute('data-selected');
  document.querySelector('[data-action]')?.setAttribute('data-selected', 'true');
  commands.updateState((state) => ({ ...state, selected: 0 }));
}

function Line({ item: { label, kind, keys, icon, unavailable, query, run } }: { item: PaletteItem }) {
  const store = usePaletteStore();
  return (
    <Spotlight.Action
      label={label}
      description={kind}
      leftSection={icon}
      rightSection={keys}
      aria-disabled={unavailable}
      // What goes on with the text has all of it in it.
      highlightQuery={query === undefined}
      closeSpotlightOnTrigger={query === undefined}
      onClick={() => {
        if (query !== undefined) store.setState({ query });
        run?.();
      }}
    />
  );
}

/** Where one can go, and what one can begin from anywhere. */
function usePlaces(): PaletteGroup {
  const navigate = useNavigate();
  const mayChange = useMay('change');
  const settings = useSettingsParts();
  const begin = (id: string, label: string, keywords: string, to: string): PaletteItem => ({
    id,
    label,
    keywords,
    icon: <IconPlus size={16} stroke={1.5} aria-hidden />,
    run: () => void navigate(to),
  });
  return {
    title: 'Go to',
    items: [
      ...screens.map(({ to, label, keywords, icon: Glyph }) => ({
        id: to,
        label,
        keywords: keywords.join(' '),
        icon: <Glyph size={16} stroke={1.5} aria-hidden />,
        run: () => void navigate(to),
      })),
      ...(mayChange
        ? [
            begin('new-list', 'New smart list', 'create segment group of people', adminAddresses.newSmartList()),
            begin('new-automation', 'New automation', 'create flow workflow', adminAddresses.newAutomation),
          ]
        : []),
      ...settings.map(({ id, label }) => ({
        id: `settings-${id}`,
        label: `Settings: ${label}`,
        icon: <IconSettings size={16} stroke={1.5} aria-hidden />,
        run: () => void navigate(adminAddresses.settings(id)),
      })),
    ],
  };
}
