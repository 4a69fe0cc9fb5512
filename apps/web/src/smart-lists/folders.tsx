import { Autocomplete, Button, Modal, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type FormEvent } from 'react';
import { Problem } from '../ui/forms/confirm';
import { useMoveList, useRenameFolder, type SmartList } from './smart-lists.queries';

/** What can be done with the folder that is looked at: another name (an existing one joins them), or none. */
export function FolderActions({ folder, onRenamed }: { folder: string; onRenamed: (name: string | null) => void }) {
  const [opened, dialog] = useDisclosure(false);
  const [name, setName] = useState(folder);
  const rename = useRenameFolder();
  const to = (next: string | null) =>
    rename.mutate(
      { from: folder, to: next },
      {
        onSuccess: () => {
          dialog.close();
          onRenamed(next);
        },
      },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    to(name.trim());
  };
  return (
    <>
      <Button variant="subtle" onClick={dialog.open}>
        Rename the folder
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={`The folder “${folder}”`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form className="stack" onSubmit={submit}>
          <Problem error={rename.error} />
          <TextInput
            label="Name"
            description="If you enter another folder’s name, the two are merged."
            data-autofocus
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" disabled={rename.isPending} onClick={() => to(null)}>
              Remove every list from it
            </Button>
            <Button type="submit" disabled={rename.isPending || name.trim() === '' || name.trim() === folder}>
              Rename
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}

interface MoveListProps {
  list: SmartList;
  folders: string[];
  opened: boolean;
  onClose: () => void;
}

/** Puts a list into a folder; a name nobody used yet makes one. */
export function MoveList({ list, folders, opened, onClose }: MoveListProps) {
  const [folder, setFolder] = useState(list.folder ?? '');
  const move = useMoveList();
  const to = folder.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    move.mutate({ id: list.id, folder: to === '' ? null : to }, { onSuccess: onClose });
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Move “${list.name}”`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form className="stack" onSubmit={submit}>
        <Problem error={move.error} />
        <Autocomplete
          label="Folder"
          description="A new name creates a folder. Leave it empty for no folder."
          data-autofocus
          maxLength={200}
          data={folders}
          value={folder}
          onChange={setFolder}
        />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button type="submit" disabled={move.isPending || to === (list.folder ?? '')}>
            {to === '' ? 'Remove it from its folder' : 'Move'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
