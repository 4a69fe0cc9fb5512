import type { Mode } from '../document/editor-store';
import { setFree, tidy } from '../drawing/layout';
import type { Panel } from '../screen/screen-store';
import type { Command, CommandContext } from './command';

const pageOf = ({ screen }: CommandContext) => screen.getState().page;
const statusOf = (context: CommandContext) => pageOf(context)?.automation.status;
const isFree = ({ store }: CommandContext) => store.getState().document.graph.layout === 'free';
const may = ({ store }: CommandContext) => !store.getState().readOnly;
const modeOf = ({ store }: CommandContext) => store.getState().mode;

/** Somebody may be inside, so ending it means that they leave. */
const runs = (context: CommandContext): boolean => {
  const automation = pageOf(context)?.automation;
  return automation !== undefined && (automation.inside > 0 || ['live', 'paused'].includes(automation.status));
};
/** Nobody ever came in. */
const untouched = (context: CommandContext): boolean => {
  const automation = pageOf(context)?.automation;
  return automation !== undefined && automation.entered === 0 && automation.live_version === null;
};

const mode = (id: Mode, label: string): Command => ({
  id: `mode-${id}`,
  label,
  keys: [],
  reads: true,
  there: (context) => modeOf(context) !== id,
  run: (context) => pageOf(context)?.setMode(id),
});

const panel = (id: Panel, label: string): Command => ({
  id: `panel-${id}`,
  label: `Show or hide: ${label}`,
  keys: [],
  reads: true,
  there: (context) => modeOf(context) === 'build',
  run: ({ screen }) => screen.setState(({ panel: open }) => ({ panel: open === id ? null : id })),
});

/** What is done with the automation as a whole, and with what stands around the drawing. */
export const pageCommands: Command[] = [
  {
    id: 'tidy',
    label: 'Tidy: put every step back in its place',
    keys: [],
    menu: { part: 'layout', label: 'Tidy' },
    enabled: isFree,
    needs: 'The steps are arranged automatically.',
    run: ({ store }) => tidy(store),
  },
  {
    id: 'free-layout',
    label: 'Free layout',
    keys: [],
    menu: { part: 'layout' },
    there: (context) => !isFree(context),
    run: ({ store }) => setFree(store, true),
  },
  {
    id: 'auto-layout',
    label: 'Arrange automatically',
    keys: [],
    menu: { part: 'layout' },
    there: isFree,
    run: ({ store }) => setFree(store, false),
  },
  {
    id: 'settings',
    label: 'Settings of this automation',
    keys: [],
    menu: { part: 'look' },
    reads: true,
    run: ({ store }) => store.getState().openStep('settings'),
  },
  {
    id: 'read-as-text',
    label: 'Read as text',
    keys: [],
    menu: { part: 'look' },
    reads: true,
    run: ({ screen }) => screen.setState({ sheet: 'text' }),
  },
  {
    id: 'export',
    label: 'Export as JSON',
    keys: [],
    menu: { part: 'look' },
    reads: true,
    run: (context) => {
      const automation = pageOf(context)?.automation;
      if (!automation) return;
      const link = document.createElement('a');
      link.href = `/automations/${automation.id}/export`;
      link.download = `${automation.name}.json`;
      link.click();
    },
  },
  {
    id: 'save-svg',
    label: 'Save as a picture (SVG)',
    keys: [],
    menu: { part: 'look' },
    reads: true,
    run: (context) => pageOf(context)?.savePicture('svg'),
  },
  {
    id: 'save-png',
    label: 'Save as a picture (PNG)',
    keys: [],
    menu: { part: 'look' },
    reads: true,
    run: (context) => pageOf(context)?.savePicture('png'),
  },
  {
    id: 'import',
    label: 'Replace with a file',
    keys: [],
    menu: { part: 'look' },
    run: ({ screen }) => screen.setState({ sheet: 'import' }),
  },
  mode('build', 'Build: change the drawing'),
  mode('live', 'Live: see the people in it'),
  mode('history', 'History: look at earlier versions'),
  mode('test', 'Test with one person'),
  panel('steps', 'steps to add'),
  panel('outline', 'outline'),
  panel('problems', 'problems'),
  panel('history', 'changes'),
  panel('notes', 'notes'),
  {
    id: 'publish',
    label: 'Publish',
    keys: [],
    reads: true,
    enabled: may,
    run: (context) => pageOf(context)?.publish(),
  },
  {
    id: 'pause',
    label: 'Pause',
    keys: [],
    reads: true,
    there: (context) => statusOf(context) === 'live',
    enabled: may,
    run: (context) => pageOf(context)?.pause(),
  },
  {
    id: 'resume',
    label: 'Resume',
    keys: [],
    reads: true,
    there: (context) => statusOf(context) === 'paused',
    enabled: may,
    run: (context) => pageOf(context)?.resume(),
  },
  { id: 'leave', label: 'All automations', keys: [], reads: true, run: (context) => pageOf(context)?.leave() },
  {
    id: 'duplicate-automation',
    label: 'Duplicate this automation',
    keys: [],
    menu: { part: 'automation', label: 'Duplicate' },
    reads: true,
    enabled: may,
    run: (context) => pageOf(context)?.duplicate(),
  },
  {
    id: 'stop',
    label: 'Stop: everyone leaves',
    keys: [],
    menu: { part: 'automation', danger: true },
    reads: true,
    there: runs,
    enabled: may,
    run: ({ screen }) => screen.setState({ sheet: 'stop' }),
  },
  {
    id: 'delete-automation',
    label: 'Delete this automation',
    keys: [],
    menu: { part: 'automation', label: 'Delete', danger: true },
    reads: true,
    there: (context) => !runs(context) && untouched(context),
    enabled: may,
    run: (context) => pageOf(context)?.remove(),
  },
  {
    id: 'archive',
    label: 'Archive this automation',
    keys: [],
    menu: { part: 'automation', label: 'Archive' },
    reads: true,
    there: (context) => !runs(context) && !untouched(context),
    enabled: may,
    run: (context) => pageOf(context)?.archive(),
  },
];
