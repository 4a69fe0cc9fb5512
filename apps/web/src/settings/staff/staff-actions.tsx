import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
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
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" size="sm" aria-label={`More for ${member.name}`}>
            <IconDots size={16} stroke={1.5} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onLink}>Create a password reset link</Menu.Item>
          <Menu.Item onClick={onReset} disabled={!member.second_factor}>
            Remove two-factor authentication
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
