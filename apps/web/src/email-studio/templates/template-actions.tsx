import { adminAddresses } from '#contracts';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useMay } from '../../access/session.queries';
import { showToast } from '../../ui/toast';
import { DeleteTemplate } from './delete-template';
import { TemplateTest } from './template-test';
import { fetchTemplate, fieldsOf, useCreateTemplate, type Template } from './templates.queries';

interface TemplateActionsProps {
  template: Template;
  contact: string | undefined;
  flush: () => Promise<boolean>;
  onDeleted: () => void;
  onClose?: () => void;
}

/** What can be done with a template besides editing it: test, duplicate, delete. */
export function TemplateActions({ template, contact, flush, onDeleted, onClose }: TemplateActionsProps) {
  const mayChange = useMay('change');
  const create = useCreateTemplate();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const failed = (error: Error) => showToast(error.message);
  const duplicate = async () => {
    if (!(await flush())) return showToast('The mail could not be saved, so it was not duplicated.');
    const stored = await fetchTemplate(template.id);
    create.mutate(
      { ...fieldsOf(stored), name: `${stored.name} (copy)`.slice(0, 200) },
      { onSuccess: ({ id }) => void navigate(adminAddresses.template(id)), onError: failed },
    );
  };
  return (
    <>
      {mayChange ? (
        <>
          <TemplateTest id={template.id} contact={contact} flush={flush} />
          {onClose ? null : (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon aria-label="More">
                  <IconDots size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => void duplicate().catch(failed)}>
                  Duplicate
                </Menu.Item>
                <Menu.Item leftSection={<IconTrash size={16} />} color="danger" onClick={() => setDeleting(true)}>
                  Delete
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </>
      ) : null}
      {onClose ? (
        <Button size="xs" onClick={() => void flush().then((stored) => stored && onClose())}>
          Done
        </Button>
      ) : null}
      {deleting ? (
        <DeleteTemplate template={template} onClose={() => setDeleting(false)} onDeleted={onDeleted} />
      ) : null}
    </>
  );
}
