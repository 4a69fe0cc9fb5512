import { Button, Modal, Switch, TextInput } from '@mantine/core';
import { IconCheck, IconChevronDown, IconUsers } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { CommandMenu, type CommandPart } from '../../ui/commands/command-menu';
import { Confirm } from '../../ui/forms/confirm';
import { useFocusBack } from '../../ui/forms/focus-back';
import { Form } from '../../ui/forms/form';
import { isSameLook, lookOf, useDeleteView, useSaveView, useViews, type Look, type View } from './views.queries';

interface ViewsMenuProps {
  /** What the page shows now. */
  look: Look;
  /** The view that was opened. */
  opened: string | undefined;
  onOpen: (view: View | undefined) => void;
}

/** Views of the directory: opens one, keeps what is shown as one, changes and deletes one's own. */
export function ViewsMenu({ look, opened, onOpen }: ViewsMenuProps) {
  const views = useViews().data?.items ?? [];
  const save = useSaveView();
  const remove = useDeleteView();
  const [naming, setNaming] = useState<'new' | 'current'>();
  const [sure, setSure] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // What opened the dialog was an item of a menu that is gone.
  useFocusBack(naming !== undefined || sure, '[role="dialog"]', button);
  const current = views.find(({ id }) => id === opened);
  const changed = current !== undefined && !isSameLook(lookOf(current), look);
  const part = (heading: string, of: View[]): CommandPart[] =>
    of.length === 0
      ? []
      : [
          {
            heading,
            commands: of.map((view) => ({
              label: view.mine ? view.name : `${view.name}, of ${view.owner}`,
              keywords: 'open the view',
              icon: view.id === opened ? <IconCheck size={14} aria-label="Open" /> : <span className="views-mark" />,
              mark: view.shared && view.mine ? <IconUsers size={14} aria-label="Shared" /> : null,
              run: () => onOpen(view),
            })),
          },
        ];
  const own = current?.may_change ? current : undefined;
  return (
    <>
      <CommandMenu
        title="Views"
        position="bottom-start"
        dropdown={{ className: 'views-menu' }}
        target={
          <Button
            ref={button}
            variant="default"
            rightSection={<IconChevronDown size={14} stroke={1.5} />}
            className="views-button"
          >
            {current ? `${current.name}${changed ? ', changed' : ''}` : 'Views'}
          </Button>
        }
        parts={[
          ...part(
            'Your views',
            views.filter(({ mine }) => mine),
          ),
          ...part(
            'Shared by colleagues',
            views.filter(({ mine }) => !mine),
          ),
          ...(views.length > 0 ? [] : [{ heading: 'A view keeps filters, order and columns.', commands: [] }]),
          {
            commands: [
              own !== undefined &&
                changed && {
                  label: `Save the changes to “${own.name}”`,
                  run: () => save.mutate({ id: own.id, fields: { ...fieldsOf(own), ...look } }),
                },
              { label: 'Save as a new view…', run: () => setNaming('new') },
              own !== undefined && {
                label: `Rename or share “${own.name}”…`,
                run: () => setNaming('current'),
              },
              own !== undefined && { label: `Delete “${own.name}”…`, danger: true, run: () => setSure(true) },
              opened !== undefined && { label: 'Show everyone', run: () => onOpen(undefined) },
            ],
          },
        ]}
      />
      <NameView
        key={`${naming} ${current?.id}`}
        opened={naming !== undefined}
        view={naming === 'current' ? current : undefined}
        taken={views.filter(({ id, mine }) => mine && (naming === 'new' || id !== opened)).map(({ name }) => name)}
        save={save}
        onClose={() => setNaming(undefined)}
        onSave={(name, shared) =>
          save.mutate(
            naming === 'current' && current
              ? { id: current.id, fields: { ...fieldsOf(current), name, shared } }
              : { id: undefined, fields: { ...look, name, shared } },
            {
              onSuccess: (view) => {
                if (naming === 'new') onOpen(view);
                setNaming(undefined);
              },
            },
          )
        }
      />
      <Confirm
        opened={sure && current !== undefined}
        title={`Delete the view “${current?.name}”`}
        label="Delete the view"
        danger
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setSure(false)}
        onConfirm={() =>
          current &&
          remove.mutate(current.id, {
            onSuccess: () => {
              setSure(false);
              onOpen(undefined);
            },
          })
        }
      >
        {current?.shared
          ? 'It is deleted for everybody. The people in it stay as they are.'
          : 'The people in it stay as they are.'}
      </Confirm>
    </>
  );
}

const fieldsOf = (view: View) => ({ name: view.name, shared: view.shared, ...lookOf(view) });

interface NameViewProps {
  opened: boolean;
  /** The one that is renamed; a new one without. */
  view: View | undefined;
  /** Names of one's other views. */
  taken: readonly string[];
  save: { error: unknown; isPending: boolean };
  onSave: (name: string, shared: boolean) => void;
  onClose: () => void;
}

function NameView({ opened, view, taken, save, onSave, onClose }: NameViewProps) {
  const [name, setName] = useState(view?.name ?? '');
  const [twice, setTwice] = useState(false);
  const [shared, setShared] = useState(view?.shared ?? false);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={view ? `The view “${view.name}”` : 'Save as a new view'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Form
        label="View"
        submit="Save the view"
        save={save}
        fields={['name']}
        onSubmit={() => (taken.includes(name.trim()) ? setTwice(true) : onSave(name.trim(), shared))}
        onCancel={onClose}
      >
        {(errors) => (
          <>
            <TextInput
              label="Name"
              data-autofocus
              required
              maxLength={100}
              error={twice ? 'You have a view of that name. Choose another one.' : errors['name']}
              value={name}
              onChange={(event) => {
                setTwice(false);
                setName(event.currentTarget.value);
              }}
            />
            <Switch
              label="Share with all colleagues"
              description="They see and open it. Only you and administrators can change it."
              checked={shared}
              onChange={(event) => setShared(event.currentTarget.checked)}
            />
          </>
        )}
      </Form>
    </Modal>
  );
}
