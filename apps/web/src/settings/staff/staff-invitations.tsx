import { Button, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { RowButton } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { useInvitations, useInvite, useWithdraw, type RoleName } from './staff.queries';
import { CopyOnce } from '../../ui/copying/copy-once';
import { roleData } from './role-words';

/** Who is invited, and inviting somebody. */
export function StaffInvitations() {
  const invitations = useInvitations();
  const invite = useInvite();
  const withdraw = useWithdraw();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<RoleName>('marketer');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (invite.isPending) return;
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
      <Problem error={invite.error} />
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
        <Button type="submit" variant="default" {...atWork(invite.isPending)}>
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
          <RowButton onClick={() => withdraw.mutate(open.id)}>Withdraw</RowButton>
        </div>
      ))}
    </div>
  );
}
