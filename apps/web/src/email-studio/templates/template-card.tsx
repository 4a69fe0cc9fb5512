import { adminAddresses } from '#contracts';
import { ActionIcon, Menu } from '@mantine/core';
import { IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import { Link } from 'react-router';
import { faceOf } from '../design/preview/faces';
import { useThumbnail } from '../design/mail/designs.queries';
import { wordsIn } from '../design/mail/words-in';
import { Time } from '../../ui/formatting/time';
import type { Template } from './templates.queries';
import { Thumbnail } from './thumbnail';

interface TemplateCardProps {
  template: Template;
  mayChange: boolean;
  onDuplicate: () => void;
  onDelete: () => void;
}

/** One template in the gallery: how it looks, what it is called, when it was changed. */
export function TemplateCard({ template, mayChange, onDuplicate, onDelete }: TemplateCardProps) {
  const thumbnail = useThumbnail(template);
  return (
    <li className="template-card" data-testid="template-card">
      <Link to={adminAddresses.template(template.id)} className="template-link">
        <Thumbnail html={thumbnail.data?.html && faceOf(thumbnail.data.html, 'desktop')} />
        <span className="template-name">{template.name}</span>
        <span className="label template-subject">{wordsIn(template.subject) || 'No subject yet'}</span>
      </Link>
      <div className="row-apart template-foot">
        <span className="label">
          <TemplateState template={template} /> <Time at={template.updated_at} />
        </span>
        {mayChange ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`More for ${template.name}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconCopy size={16} />} onClick={onDuplicate}>
                Duplicate
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={16} />} color="danger" onClick={onDelete}>
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </div>
    </li>
  );
}

/** Whether a transactional template may be sent: only what an administrator approved is. */
export function TemplateState({ template }: { template: Template }) {
  if (template.stream !== 'transactional') return null;
  return template.approved_at ? (
    <span className="pill" data-tone="good">
      Approved
    </span>
  ) : (
    <span className="pill" data-tone="warning">
      Not approved
    </span>
  );
}
