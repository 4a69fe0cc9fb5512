import { Button, Menu, Modal, Switch, TextInput } from '@mantine/core';
import { IconCheck, IconChevronDown, IconUsers } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { Confirm } from '../../ui/forms/confirm';
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
  const current = views.find(({ id }) => id === opened);
  const changed = current !== undefined && !isSameLook(lookOf(current), look);
  const groups = [
    { label: 'Your views', items: views.filter(({ mine }) => mine) },
    { label: 'Shared by colleagues', items: views.filter(({ mine }) => !mine) },
  ].filter(({ items }) => items.length > 0);
  return (
    <>
      <Menu position="bottom-start" withinPortal withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} stroke={1.5} />} className="views-button">
            {current ? `${current.name}${changed ? ', changed' : ''}` : 'Views'}
          </Button>
        </Menu.Target>
        <Menu.Dropdown className="views-menu">
          {groups.map(({ label, items }) => (
            <Fragment key={label}>
              <Menu.Label>{label}</Menu.Label>
              {items.map((view) => (
                <Menu.Item
                  key={view.id}
                  leftSection={
                    view.id === opened ? <IconCheck size={14} aria-label="Open" /> : <span className="views-mark" />
                  }
                  rightSection={view.shared && view.mine ? <IconUsers size={14} aria-label="Shared" /> : null}
                  onClick={() => onOpen(view)}
                >
                  {view.name}
                  {view.mine ? null : <span className="quiet"> {view.owner}</span>}
                </Menu.Item>
              ))}
            </Fragment>
          ))}
          {groups.length > 0 ? <Menu.Divider /> : <Menu.Label>A view keeps filters, order and columns.</Menu.Label>}
          {current && changed && current.may_change ? (
            <Menu.Item onClick={() => save.mutate({ id: current.id, fields: { ...fieldsOf(current), ...look } })}>
              Save the changes to “{current.name}”
            </Menu.Item>
          ) : null}
          <Menu.Item onClick={() => setNaming('new')}>Save as a new view…</Menu.Item>
          {current?.may_change ? (
            <>
              <Menu.Item onClick={() => setNaming('current')}>Rename or share “{current.name}”…</Menu.Item>
              <Menu.Item color="danger" onClick={() => setSure(true)}>
                Delete “{current.name}”…
              </Menu.Item>
            </>
          ) : null}
          {opened ? <Menu.Item onClick={() => onOpen(undefined)}>Show everyone</Menu.Item> : null}
        </Menu.Dropdown>
      </Menu>
      <NameView
        key={`${naming} ${current?.id}`}
        opened={naming !== undefined}
        view={naming === 'current' ? current : undefined}
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
  save: { error: unknown; isPending: boolean };
  onSave: (name: string, shared: boolean) => void;
  onClose: () => void;
}

function NameView({ opened, view, save, onSave, onClose }: NameViewProps) {
  const [name, setName] = useState(view?.name ?? '');
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
        onSubmit={() => onSave(name.trim(), shared)}
        onCancel={onClose}
      >
        {(errors) => (
          <>
            <TextInput
              label="Name"
              data-autofocus
              required
              maxLength={100}
              error={errors['name']}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
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
