import { ActionIcon, Button, Modal, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { blockOf, rowTags, type MailNode } from '#designs';
import { useState } from 'react';
import { Problem } from '../../../ui/forms/confirm';
import { Answer } from '../../../ui/feedback/query-states';
import { showToast } from '../../../ui/feedback/toast';
import { useKeepBlock, useRemoveBlock, useSavedBlocks } from '../mail/designs.queries';
import { inRow } from '../paper/moves';
import type { Paper } from '../paper/paper';
import { BlockButton } from './palette';

const rows = new Set<string>(rowTags);

/** Rows and blocks that somebody saved, for every mail. */
export function SavedBlocks({ paper }: { paper: Paper }) {
  const saved = useSavedBlocks();
  const remove = useRemoveBlock();
  return (
    <Answer of={saved} what="The saved blocks could not be loaded" lines={3}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="sentence quiet">
            No saved blocks yet. Choose a row or block on the paper and press “Save as a block” beside its settings.
          </p>
        ) : (
          <ul className="mail-blocks" aria-label="Saved blocks">
            {items.map((block) => (
              <li key={block.id} className="mail-saved-block">
                <BlockButton
                  icon={blockOf(block.row.tagName)?.icon ?? ''}
                  label={block.name}
                  make={() => structuredClone(block.row)}
                  paper={paper}
                />
                <ActionIcon
                  aria-label={`Delete the saved block ${block.name}`}
                  disabled={remove.isPending}
                  onClick={() =>
                    remove.mutate(block.id, {
                      onError: (error) => showToast(error instanceof Error ? error.message : 'It was not deleted.'),
                    })
                  }
                >
                  <IconTrash size={16} stroke={1.5} />
                </ActionIcon>
              </li>
            ))}
          </ul>
        )
      }
    </Answer>
  );
}

/** Asks what a row or block is to be called among the saved ones. */
export function KeepBlockDialog({ node, onClose }: { node: MailNode; onClose: () => void }) {
  const [name, setName] = useState('');
  const keep = useKeepBlock();
  return (
    <Modal opened onClose={onClose} title="Save as a block" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          keep.mutate(
            { name: name.trim(), row: rows.has(node.tagName) ? node : inRow(node) },
            {
              onSuccess: () => {
                showToast(`“${name.trim()}” is now under Saved.`);
                onClose();
              },
            },
          );
        }}
      >
        <TextInput
          label="Name"
          description="Later changes to the saved block do not change mails that use it."
          data-autofocus
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {keep.error ? <Problem error={keep.error} /> : null}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={keep.isPending}>
            Save the block
          </Button>
        </div>
      </form>
    </Modal>
  );
}
