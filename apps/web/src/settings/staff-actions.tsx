import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { StaffMember } from './admin.queries';

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
      <Button variant="subtle" size="compact-sm" onClick={onBan}>
        {member.banned ? 'Lift the ban' : 'Ban'}
      </Button>
      <Button variant="subtle" color="danger" size="compact-sm" onClick={onRemove}>
        Remove
      </Button>
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
