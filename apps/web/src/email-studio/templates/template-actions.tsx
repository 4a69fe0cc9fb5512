import { adminAddresses } from '#contracts';
import { ActionIcon, Button, Modal } from '@mantine/core';
import { IconCopy, IconDots, IconHistory, IconTag, IconTrash, IconVersions } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useMay } from '../../access/session.queries';
import { CommandMenu } from '../../ui/commands/command-menu';
import { Answer } from '../../ui/feedback/query-states';
import { showToast } from '../../ui/feedback/toast';
import { DeleteTemplate } from './delete-template';
import { TemplateState } from './template-card';
import { TemplateTest } from './template-test';
import { TemplateTopic } from './template-topic';
import {
  fetchTemplate,
  fieldsOf,
  useCreateTemplate,
  useTemplateSteps,
  useUses,
  type Template,
} from './templates.queries';
import { UsesList } from './uses-list';
import { VersionsDialog } from './versions-dialog';

interface TemplateActionsProps {
  template: Template;
  /** As it was stored last, which may be later than what is drawn. */
  stored: () => Template;
  contact: string | undefined;
  flush: () => Promise<boolean>;
  onApproved: (template: Template) => void;
  onStored: (template: Template) => void;
  onRestored: () => void;
  onDeleted: () => void;
  onClose?: () => void;
}

/** What can be done with a template besides editing it: test, approve, versions, uses, duplicate, delete. */
export function TemplateActions(props: TemplateActionsProps) {
  const { template, stored, contact, flush, onApproved, onStored, onRestored, onDeleted, onClose } = props;
  const mayChange = useMay('change');
  const mayApprove = useMay('admin');
  const { approve } = useTemplateSteps(template.id);
  const create = useCreateTemplate();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'versions' | 'uses' | 'topic' | 'delete'>();
  const close = () => setOpen(undefined);
  const failed = (error: Error) => showToast(error.message);
  // What works on the stored template waits until everything is stored.
  const afterSaving = async (act: () => void) => {
    if (await flush()) act();
    else showToast('The mail could not be saved, so this was not done.');
  };
  const copy = (original: Template) =>
    create.mutate(
      { ...fieldsOf(original), name: `${original.name} (copy)`.slice(0, 200) },
      { onSuccess: ({ id }) => void navigate(adminAddresses.template(id)), onError: failed },
    );
  const approved = template.approved_at !== null;
  return (
    <>
      <TemplateState template={template} />
      {template.stream === 'transactional' && mayApprove && !approved ? (
        <Button
          size="xs"
          loading={approve.isPending}
          onClick={() =>
            void afterSaving(() => approve.mutate(stored().version, { onSuccess: onApproved, onError: failed }))
          }
        >
          Approve
        </Button>
      ) : null}
      {mayChange ? <TemplateTest id={template.id} contact={contact} flush={flush} /> : null}
      <CommandMenu
        target={
          <ActionIcon aria-label="More">
            <IconDots size={18} />
          </ActionIcon>
        }
        parts={[
          {
            commands: [
              {
                label: 'Versions',
                icon: <IconHistory size={16} />,
                run: () => void afterSaving(() => setOpen('versions')),
              },
              { label: 'Where it is used', icon: <IconVersions size={16} />, run: () => setOpen('uses') },
              mayChange &&
                template.stream === 'broadcast' && {
                  label: 'Topic',
                  icon: <IconTag size={16} />,
                  run: () => void afterSaving(() => setOpen('topic')),
                },
              mayChange &&
                !onClose && {
                  label: 'Duplicate',
                  icon: <IconCopy size={16} />,
                  run: () => void afterSaving(() => void fetchTemplate(template.id).then(copy, failed)),
                },
              mayChange &&
                !onClose && {
                  label: 'Delete',
                  icon: <IconTrash size={16} />,
                  danger: true,
                  run: () => setOpen('delete'),
                },
            ],
          },
        ]}
      />
      {onClose ? (
        <Button size="xs" onClick={() => void flush().then((stored) => stored && onClose())}>
          Done
        </Button>
      ) : null}
      {open === 'versions' ? (
        <VersionsDialog template={template} mayChange={mayChange} onClose={close} onRestored={onRestored} />
      ) : null}
      {open === 'topic' ? <TemplateTopic template={stored()} onClose={close} onStored={onStored} /> : null}
      {open === 'uses' ? <UsesDialog template={template} onClose={close} /> : null}
      {open === 'delete' ? <DeleteTemplate template={template} onClose={close} onDeleted={onDeleted} /> : null}
    </>
  );
}

function UsesDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const uses = useUses(template.id);
  return (
    <Modal opened onClose={onClose} title="Where it is used" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Answer of={uses} what="This could not be loaded" lines={3}>
        {({ items }) =>
          items.length === 0 ? <p className="sentence">Nothing uses this template.</p> : <UsesList uses={items} />
        }
      </Answer>
    </Modal>
  );
}
