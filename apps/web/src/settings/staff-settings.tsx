import { Select } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../access/session.queries';
import { Confirm, Problem } from '../ui/confirm';
import { Section } from '../ui/page';
import { Answer } from '../ui/query-states';
import { Time } from '../ui/time';
import {
  useChangeStaff,
  useLinkForStaff,
  useRemoveStaff,
  useResetSecondFactor,
  useStaff,
  type RoleName,
  type StaffMember,
} from './admin.queries';
import { CopyOnce } from './copy-once';
import { roleData } from './role-words';
import { StaffActions } from './staff-actions';
import { StaffInvitations } from './staff-invitations';

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
  return (
    <div id="staff" className="settings-anchor">
      <Section
        title="Staff"
        note="Viewers can see everything. Marketers can change lists and automations, and send. Support can work with people. Admins can do everything."
      >
        {change.error ? <Problem error={change.error} /> : null}
        {link.error ? <Problem error={link.error} /> : null}
        {link.data ? (
          <CopyOnce text={link.data.link}>
            {`The link with which ${link.data.email} sets a new password. It works once, for a day. Send it to them yourself: it will not be shown again.`}
          </CopyOnce>
        ) : null}
        <Answer of={staff} what="The staff could not be loaded" lines={3}>
          {({ items }) => (
            <div className="table-scroll" tabIndex={0} role="region" aria-label="Staff">
              <table className="table">
                <thead>
                  <tr>
                    <th>Name</th>
                    <th>Role</th>
                    <th>Last seen</th>
                    <th>
                      <span className="visually-hidden">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((member) => (
                    <tr key={member.id}>
                      <td>
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
                      </td>
                      <td>
                        <Select
                          aria-label={`Role of ${member.name}`}
                          w={248}
                          size="xs"
                          allowDeselect={false}
                          disabled={member.email === me?.email || change.isPending}
                          data={roleData}
                          value={member.role}
                          onChange={(role) => role && change.mutate({ id: member.id, role: role as RoleName })}
                        />
                      </td>
                      <td>
                        {member.last_seen_at ? <Time at={member.last_seen_at} /> : <span className="quiet">never</span>}
                      </td>
                      <td className="num">
                        {member.email === me?.email ? (
                          <span className="quiet">you</span>
                        ) : (
                          <StaffActions
                            member={member}
                            onBan={() => change.mutate({ id: member.id, banned: !member.banned })}
                            onRemove={() => setAsked({ what: 'remove', member })}
                            onReset={() => setAsked({ what: 'second-factor', member })}
                            onLink={() => link.mutate(member.id)}
                          />
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Answer>
        <StaffInvitations />
      </Section>
      <Confirm
        opened={asked?.what === 'remove'}
        title={`Remove ${asked?.member.name ?? ''}`}
        label="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onClose={close}
        onConfirm={() => asked && remove.mutate(asked.member.id, { onSuccess: close })}
      >
        Their sessions end at once. What they did stays in the audit log.
      </Confirm>
      <Confirm
        opened={asked?.what === 'second-factor'}
        title={`Remove two-factor authentication for ${asked?.member.name ?? ''}`}
        label="Remove two-factor authentication"
        danger
        busy={reset.isPending}
        error={reset.error}
        onClose={close}
        onConfirm={() => asked && reset.mutate(asked.member.id, { onSuccess: close })}
      >
        Do this when they have lost their phone and their recovery codes, and you are sure it is them. They are signed
        out everywhere, and their password alone is enough to sign in.
      </Confirm>
    </div>
  );
}
