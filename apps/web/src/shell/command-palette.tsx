import { Spotlight, useSpotlight, type SpotlightActionData } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { adminAddresses } from '#contracts';
import { useMay } from '../access/session.queries';
import { useFocusBack } from '../ui/forms/focus-back';
import { commands } from './commands';
import { usePersonCommands } from './person-commands';
import { screens } from './screens';

/** Ctrl/Cmd+K: go to a screen, begin something, or do something with the person who is open. */
export function CommandPalette() {
  const navigate = useNavigate();
  const mayChange = useMay('change');
  const person = usePersonCommands();
  useFocusBack(useSpotlight(commands).opened, '.commands');
  const actions: SpotlightActionData[] = screens.map(({ to, label, keywords, icon: Glyph }) => ({
    id: to,
    label,
    keywords,
    description: 'Open',
    leftSection: <Glyph size={16} stroke={1.5} aria-hidden />,
    onClick: () => void navigate(to),
  }));
  if (mayChange) {
    actions.push({
      id: 'new-list',
      label: 'New smart list',
      description: 'A saved group of people',
      keywords: ['create', 'segment'],
      leftSection: <IconPlus size={16} stroke={1.5} aria-hidden />,
      onClick: () => void navigate(adminAddresses.newSmartList()),
    });
  }
  return (
    <Spotlight
      store={commands}
      actions={[...person, { group: 'Go to', actions }]}
      shortcut={null}
      highlightQuery
      classNames={{ content: 'commands' }}
      attributes={{ content: { 'aria-label': 'Commands' } }}
      nothingFound="No command has that name."
      searchProps={{ placeholder: 'Search or run a command…', 'aria-label': 'Command' }}
    />
  );
}
