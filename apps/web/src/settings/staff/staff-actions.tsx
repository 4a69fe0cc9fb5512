import { ActionIcon } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { CommandMenu } from '../../ui/commands/command-menu';
import { RowButton } from '../../ui/pages/table';
import type { StaffMember } from './staff.queries';

interface StaffActionsProps {
  member: StaffMember;
  onBan: () => void;
  onRemove: () => void;
  onLink: () => void;
  onReset: () => void;
}

/** What an administrator can do about a colleague. */
export function StaffActions({ member, onBan, onRemove, onLink, onReset }: StaffActionsProps) {
  return (
    <>
      <RowButton onClick={onBan}>{member.banned ? 'Lift the ban' : 'Ban'}</RowButton>
      <RowButton danger onClick={onRemove}>
        Remove
      </RowButton>
      <CommandMenu
        about={member.name}
        target={
          <ActionIcon
            variant="subtle"
            size={24}
            style={{ verticalAlign: 'middle' }}
            aria-label={`More for ${member.name}`}
          >
            <IconDots size={16} stroke={1.5} />
          </ActionIcon>
        }
        parts={[
          {
            commands: [
              { label: 'Create a password reset link', run: onLink },
              {
                label: 'Remove two-factor authentication',
                run: onReset,
                unavailable: member.second_factor ? undefined : 'They have not set it up.',
              },
            ],
          },
        ]}
      />
    </>
  );
}
