import { palette, type MailNode, type PaletteEntry } from '#designs';
import type { Paper } from '../paper/paper';
import { BlockIcon } from './block-icons';

const groups: { group: PaletteEntry['group']; label: string }[] = [
  { group: 'content', label: 'Blocks' },
  { group: 'layout', label: 'Rows' },
  { group: 'ours', label: 'Yours' },
];

/** The blocks that can be put on the paper: dragged, or added after what is chosen by a click or Enter. */
export function Palette({ paper }: { paper: Paper }) {
  return groups.map(({ group, label }) => (
    <section key={group} className="mail-block-group">
      <h3 className="small-caps">{label}</h3>
      <ul className="mail-blocks" aria-label={label}>
        {palette
          .filter((entry) => entry.group === group)
          .map((entry) => (
            <li key={entry.id}>
              <BlockButton icon={entry.icon} label={entry.label} help={entry.summary} make={entry.make} paper={paper} />
            </li>
          ))}
      </ul>
    </section>
  ));
}

interface BlockButtonProps {
  icon: string;
  label: string;
  help?: string;
  make: () => MailNode;
  paper: Paper;
}

/** One entry of a palette. */
export function BlockButton({ icon, label, help, make, paper }: BlockButtonProps) {
  return (
    <button
      type="button"
      className="mail-block"
      draggable
      title={help}
      onDragStart={(event) => paper.drag(make(), event.nativeEvent)}
      onDragEnd={() => paper.endDrag()}
      onClick={() => paper.insert(make())}
    >
      <BlockIcon name={icon} />
      <span className="mail-block-name">{label}</span>
    </button>
  );
}
