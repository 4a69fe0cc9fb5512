import { liquidFor, personalWords } from '#designs';
import { audiences } from '../mail/conditions';

const isLink = (path: string) => path.startsWith('links.');
const keyOf = (path: string) => path.replaceAll('.', '_');

/** Our personal words as Unlayer offers them. */
const mergeTags = Object.fromEntries(
  personalWords
    .filter(({ path }) => !isLink(path))
    .map(({ path, label }) => [keyOf(path), { name: label, value: liquidFor(path), sample: label }]),
);

/** The links that each reader has for themselves. */
const specialLinks = Object.fromEntries(
  personalWords
    .filter(({ path }) => isLink(path))
    .map(({ path, label }) => [keyOf(path), { name: label, href: liquidFor(path), target: '_blank' }]),
);

const displayConditions = audiences.map(({ label, condition }) => ({
  type: 'Shown to',
  label,
  description: '',
  before: `{% if ${condition} %}`,
  after: '{% endif %}',
}));

/** What Unlayer's editor is told when it is made. */
export const unlayerOptions = (projectId: number, scheme: 'light' | 'dark') => ({
  projectId,
  displayMode: 'email' as const,
  appearance: { theme: scheme === 'dark' ? ('modern_dark' as const) : ('modern_light' as const) },
  mergeTags,
  specialLinks,
  displayConditions,
});
