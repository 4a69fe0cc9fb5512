import { PAGE, ROWS, type PaletteGroup, type PaletteItem } from '../../ui/commands/palette-store';
import { showToast } from '../../ui/feedback/toast';

const PRESSED = 'button, a.mantine-Button-root, a.mantine-ActionIcon-root, [role=tab]';
/**
 * What is no command, or is in the palette already: the parts of fields, what opens a menu (its commands stand in the
 * palette themselves), the palette, and parts of a page that put their commands into it.
 */
const APART =
  '[aria-haspopup=menu], [aria-haspopup=listbox], [tabindex="-1"]:not([role=tab]), [data-own-commands] *, ' +
  '[role=menu] *, [role=listbox] *, .mantine-Notification-root *, .commands *, [data-opens-palette]';
const NOT_NOW = ':disabled, [aria-disabled=true], [data-disabled=true]';

/**
 * The buttons that are on the page now, as commands of the palette: what one can press one can also type, by the same
 * name, with the same right and for the same reason not. The page itself is the list, so no button is left out of it.
 * While a dialog lies over the page, its buttons are the only ones.
 * @param known what is in the palette already: a button that stands for a command of a menu adds nothing
 */
export function pageButtons(known: readonly PaletteGroup[], page: Document = document): PaletteGroup[] {
  const dialog = [...page.querySelectorAll('[role=dialog][aria-modal=true]:not(.commands, .commands *)')].at(-1);
  const buttons = [...(dialog ?? page.body).querySelectorAll<HTMLElement>(PRESSED)].filter(
    (button) => !button.matches(APART) && isThere(button),
  );
  const items = buttons.flatMap((button, at) => itemOf(button, at));
  const seen = new Set(known.flatMap((group) => group.items.map(({ label }) => `${group.title}: ${label}`)));
  const once = items.filter(({ group, item }) => {
    if (group !== PAGE || item.kind !== undefined) return true;
    const name = `${group}: ${item.label}`;
    return seen.has(name) ? false : seen.add(name);
  });
  return [{ title: 'Account', everywhere: true }, { title: PAGE }, { title: ROWS }].flatMap((group) => {
    const own = once.filter((one) => one.group === group.title).map(({ item }) => item);
    return own.length > 0 ? [{ ...group, items: own }] : [];
  });
}

function itemOf(button: HTMLElement, at: number): { group: string; item: PaletteItem }[] {
  const [first = '', ...rest] = (button.getAttribute('aria-label') ?? button.innerText).trim().split(/\n+/);
  const label = plain(first);
  if (label === '') return [];
  const row = rowOf(button);
  const part = partOf(button);
  const reason = button.matches(NOT_NOW) ? (describedBy(button) ?? 'This cannot be done now.') : undefined;
  const about = [plain(rest.join(' ')), row, part].find((words) => words && !label.includes(words));
  return [
    {
      group: inRail(button) ? 'Account' : row === undefined ? PAGE : ROWS,
      item: {
        // A page draws its rail again in the menu of a small screen.
        id: inRail(button) ? `rail-${label}` : `button-${at}-${label}`,
        label,
        ...((reason ?? about) === undefined ? {} : { kind: reason ?? about }),
        keywords: [row, part].filter(Boolean).join(' '),
        unavailable: reason !== undefined,
        run: () => {
          if (reason !== undefined) return showToast(`${label}: ${reason}`);
          button.focus();
          button.click();
        },
      },
    },
  ];
}

const inRail = (button: HTMLElement): boolean => button.closest('.shell-foot') !== null;

/** The rail is folded away on small screens, and its commands are there all the same. */
const isThere = (button: HTMLElement): boolean =>
  inRail(button) || button.checkVisibility({ visibilityProperty: true });

const plain = (text: string | null | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim();

/** What a button in a row is about: the row's name, or its first words. */
function rowOf(button: HTMLElement): string | undefined {
  const row = button.closest('tr, li, .notice');
  if (!row) return undefined;
  const parts = row instanceof HTMLTableRowElement ? [...row.cells] : [row];
  for (const part of parts) {
    if (part !== row && part.contains(button)) continue;
    const named = part.querySelector('a, b, strong, h3, h4, p') ?? (part === row ? null : part);
    const said = plain(named?.textContent);
    if (said !== '') return said.slice(0, 100);
  }
  return undefined;
}

/** The part of the page that a button stands in. */
function partOf(button: HTMLElement): string | undefined {
  const part = button.closest('section, form, [role=group], [role=region], [role=tablist], [role=toolbar]');
  return plain(part?.getAttribute('aria-label') ?? part?.querySelector('h2, h3, h4')?.textContent) || undefined;
}

function describedBy(button: HTMLElement): string | undefined {
  const ids = button.getAttribute('aria-describedby')?.split(' ') ?? [];
  const said = ids.map((id) => plain(button.ownerDocument.getElementById(id)?.textContent)).join(' ');
  return said.trim() || button.title || undefined;
}
