import { Button, Select, TextInput } from '@mantine/core';
import { roles } from '#contracts';
import { useState, type FormEvent } from 'react';
import { useSession } from '../access/session.queries';
import { Confirm, Problem } from '../ui/confirm';
import { Section } from '../ui/page';
import { Answer } from '../ui/query-states';
import { Time } from '../ui/time';
import {
  useChangeStaff,
  useInvitations,
  useInvite,
  useRemoveStaff,
  useStaff,
  useWithdraw,
  type RoleName,
  type StaffMember,
} from './admin.queries';
import { CopyOnce } from './copy-once';

const roleWords: Record<RoleName, string> = {
  viewer: 'viewer: can see everything',
  marketer: 'marketer: lists, automations, sending',
  support: 'support: people and their accounts',
  admin: 'admin: everything',
};
const roleData = roles.map((role) => ({ value: role, label: roleWords[role] }));

/** Who may sign in, with which role, and who is invited. */
export function StaffSettings() {
  const staff = useStaff();
  const change = useChangeStaff();
  const remove = useRemoveStaff();
  const { data: me } = useSession();
  const [leaving, setLeaving] = useState<StaffMember>();
  return (
    <div id="staff" className="settings-anchor">
      <Section
        title="Staff"
        note="Viewers can see everything. Marketers can change lists and automations, and send. Support can work with people. Admins can do everything."
      >
        {change.error ? <Problem error={change.error} /> : null}
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
                        <span className="quiet">{member.email}</span>
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
                          <>
                            <Button
                              variant="subtle"
                              size="compact-sm"
                              onClick={() => change.mutate({ id: member.id, banned: !member.banned })}
                            >
                              {member.banned ? 'Lift the ban' : 'Ban'}
                            </Button>
                            <Button
                              variant="subtle"
                              color="danger"
                              size="compact-sm"
                              onClick={() => setLeaving(member)}
                            >
                              Remove
                            </Button>
                          </>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Answer>
        <Invitations />
      </Section>
      <Confirm
        opened={leaving !== undefined}
        title={`Remove ${leaving?.name ?? ''}`}
        label="Remove"
        danger
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && remove.mutate(leaving.id, { onSuccess: () => setLeaving(undefined) })}
      >
        Their sessions end at once. What they did stays in the audit log.
      </Confirm>
    </div>
  );
}

function Invitations() {
  const invitations = useInvitations();
  const invite = useInvite();
  const withdraw = useWithdraw();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<RoleName>('marketer');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ email, role }, { onSuccess: () => setEmail('') });
  };
  return (
    <div className="stack">
      <h3>Invite someone</h3>
      {invite.data ? (
        <CopyOnce text={invite.data.link}>
          {`The link for ${invite.data.email}. Send it to them yourself: it will not be shown again.`}
        </CopyOnce>
      ) : null}
      {invite.error ? <Problem error={invite.error} /> : null}
      <form className="row" onSubmit={submit}>
        <TextInput
          aria-label="E-mail address of your new colleague"
          type="email"
          required
          placeholder="colleague@example.com"
          w={248}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Select
          aria-label="Role"
          w={304}
          allowDeselect={false}
          data={roleData}
          value={role}
          onChange={(next) => next && setRole(next as RoleName)}
        />
        <Button type="submit" variant="default" disabled={invite.isPending}>
          Create the invitation
        </Button>
      </form>
      {(invitations.data?.items ?? []).map((open) => (
        <div key={open.id} className="row-apart">
          <span>
            {open.email}, {open.role}{' '}
            <span className="quiet">
              (open until <Time at={open.expires_at} as="short" />)
            </span>
          </span>
          <Button variant="subtle" size="compact-sm" onClick={() => withdraw.mutate(open.id)}>
            Withdraw
          </Button>
        </div>
      ))}
    </div>
  );
}
