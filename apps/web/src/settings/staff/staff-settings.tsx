import { Select } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../access/session.queries';
import { ConfirmFor, Problem } from '../../ui/forms/confirm';
import { CopyOnce } from '../../ui/copying/copy-once';
import { Answer } from '../../ui/feedback/query-states';
import { Table, type Column } from '../../ui/pages/table';
import { LastTime } from '../../ui/formatting/time';
import { roleData } from './role-words';
import { SettingsPart } from '../saving/settings-part';
import { StaffActions } from './staff-actions';
import { StaffInvitations } from './staff-invitations';
import {
  useChangeStaff,
  useLinkForStaff,
  useRemoveStaff,
  useResetSecondFactor,
  useStaff,
  type RoleName,
  type StaffMember,
} from './staff.queries';

/** Who may sign in, with which role, and who is invited. */
export function StaffSettings() {
  const staff = useStaff();
  const change = useChangeStaff();
  const remove = useRemoveStaff();
  const { data: me } = useSession();
  const link = useLinkForStaff();
  const reset = useResetSecondFactor();
  const [asked, setAsked] = useState<{ what: 'remove' | 'second-factor'; member: StaffMember }>();
  const close = () => setAsked(undefined);
  const isMe = (member: StaffMember) => member.email === me?.email;
  const columns: Column<StaffMember>[] = [
    { title: 'Name', cell: (member) => <MemberName member={member} /> },
    {
      title: 'Role',
      cell: (member) => (
        <Select
          aria-label={`Role of ${member.name}`}
          w={248}
          size="xs"
          allowDeselect={false}
          disabled={isMe(member) || change.isPending}
          data={roleData}
          value={member.role}
          onChange={(role) => role && change.mutate({ id: member.id, role: role as RoleName })}
        />
      ),
    },
    { title: 'Last seen', cell: (member) => <LastTime at={member.last_seen_at} /> },
  ];
  return (
    <SettingsPart
      id="staff"
      title="Staff"
      note="Viewers can see everything. Marketers can change lists and automations, and send. Support can work with people. Admins can do everything."
    >
      <Problem error={change.error} />
      <Problem error={link.error} />
      {link.data ? (
        <CopyOnce text={link.data.link}>
          {`The link with which ${link.data.email} sets a new password. It works once, for a day. Send it to them yourself: it will not be shown again.`}
        </CopyOnce>
      ) : null}
      <Answer of={staff} what="The staff could not be loaded" lines={3}>
        {({ items }) => (
          <Table
            stacks
            label="Staff"
            rows={items}
            columns={columns}
            actions={(member) =>
              isMe(member) ? (
                <span className="quiet">you</span>
              ) : (
                <StaffActions
                  member={member}
                  onBan={() => change.mutate({ id: member.id, banned: !member.banned })}
                  onRemove={() => setAsked({ what: 'remove', member })}
                  onReset={() => setAsked({ what: 'second-factor', member })}
                  onLink={() => link.mutate(member.id)}
                />
              )
            }
          />
        )}
      </Answer>
      <StaffInvitations />
      <ConfirmFor
        of={asked?.what === 'remove' ? asked.member : undefined}
        title={({ name }) => `Remove ${name}`}
        label="Remove"
        change={remove}
        onClose={close}
      >
        Their sessions end at once. What they did stays in the audit log.
      </ConfirmFor>
      <ConfirmFor
        of={asked?.what === 'second-factor' ? asked.member : undefined}
        title={({ name }) => `Remove two-factor authentication for ${name}`}
        label="Remove two-factor authentication"
        change={reset}
        onClose={close}
      >
        Do this when they have lost their phone and their recovery codes, and you are sure it is them. They are signed
        out everywhere, and their password alone is enough to sign in.
      </ConfirmFor>
    </SettingsPart>
  );
}

function MemberName({ member }: { member: StaffMember }) {
  return (
    <>
      {member.name}{' '}
      {member.banned ? (
        <span className="pill" data-tone="danger">
          banned
        </span>
      ) : null}
      <br />
      <span className="quiet">
        {member.email}
        {member.second_factor ? ' · two-factor on' : ''}
      </span>
    </>
  );
}
