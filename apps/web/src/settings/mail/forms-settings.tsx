import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../../access/session.queries';
import { ConfirmFor } from '../../ui/forms/confirm';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../../ui/pages/table';
import { useForms, useRemoveForm, type Form } from './consent.queries';
import { EmbedForm } from './embed-form';
import { FormFieldsForm } from './form-fields-form';
import { SettingsPart } from '../saving/settings-part';

type Open = { what: 'new' } | { what: 'edit' | 'embed'; form: Form };

const columns: Column<Form>[] = [
  {
    title: 'Form',
    cell: (form) => (
      <a href={form.page_url} target="_blank" rel="noreferrer">
        {form.name}
      </a>
    ),
  },
  { title: 'Confirmation', cell: (form) => (form.double_opt_in ? 'by e-mail' : 'none') },
  { title: 'Sign-ups', className: 'num', cell: (form) => form.counts.asked },
  { title: 'Confirmed', className: 'num', cell: (form) => form.counts.confirmed },
];

/** Forms by which people sign up on the shop's own pages. */
export function FormsSettings() {
  const forms = useForms();
  const mayChange = useMay('admin');
  const [open, setOpen] = useState<Open>();
  const [leaving, setLeaving] = useState<Form>();
  const remove = useRemoveForm();
  const close = () => setOpen(undefined);
  return (
    <SettingsPart
      id="forms"
      title="Sign-up forms"
      note="Put a form on your site, or link to its page. Both work without scripts and keep most bots out."
    >
      <Answer of={forms} what="The forms could not be loaded" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No forms yet">Create one so that people can sign up for your e-mails.</Empty>
          ) : (
            <Table
              label="Sign-up forms"
              rows={items}
              columns={columns}
              actions={(form) => (
                <>
                  <RowButton onClick={() => setOpen({ what: 'embed', form })}>Embed</RowButton>
                  {mayChange ? (
                    <>
                      <RowButton onClick={() => setOpen({ what: 'edit', form })}>Edit</RowButton>
                      <RowButton danger onClick={() => setLeaving(form)}>
                        Remove
                      </RowButton>
                    </>
                  ) : null}
                </>
              )}
            />
          )
        }
      </Answer>
      {open?.what === 'embed' ? <EmbedForm form={open.form} onClose={close} /> : null}
      {open?.what === 'edit' ? <FormFieldsForm key={open.form.id} form={open.form} onClose={close} /> : null}
      {open?.what === 'new' ? <FormFieldsForm onClose={close} /> : null}
      {!open && mayChange ? (
        <div>
          <Button variant="default" onClick={() => setOpen({ what: 'new' })}>
            New form
          </Button>
        </div>
      ) : null}
      <ConfirmFor
        of={leaving}
        title={({ name }) => `Remove “${name}”`}
        label="Remove the form"
        change={remove}
        onClose={() => setLeaving(undefined)}
      >
        Pages that still show this form will answer that it does not exist. People who signed up stay.
      </ConfirmFor>
    </SettingsPart>
  );
}
