import { adminAddresses } from '#contracts';
import { ActionIcon } from '@mantine/core';
import { IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import { Link } from 'react-router';
import { faceOf } from '../design/preview/faces';
import { useThumbnail } from '../design/mail/designs.queries';
import { wordsIn } from '../design/mail/words-in';
import { CommandMenu } from '../../ui/commands/command-menu';
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
        <span className="template-name" dir="auto">
          {template.name}
        </span>
        <span className="label template-subject" dir="auto">
          {wordsIn(template.subject) || 'No subject yet'}
        </span>
      </Link>
      <div className="row-apart template-foot">
        <span className="label">
          <TemplateState template={template} /> <Time at={template.updated_at} />
        </span>
        {mayChange ? (
          <CommandMenu
            about={template.name}
            target={
              <ActionIcon aria-label={`More for ${template.name}`}>
                <IconDots size={16} />
              </ActionIcon>
            }
            parts={[
              {
                commands: [
                  { label: 'Duplicate', icon: <IconCopy size={16} />, run: onDuplicate },
                  { label: 'Delete', icon: <IconTrash size={16} />, danger: true, run: onDelete },
                ],
              },
            ]}
          />
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
